// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "ghostctl/verbs.hpp"
#include "loop/sources.hpp"

namespace ghost::client {

ExitCode monitor(const Options& options) {
  loop::EventLoop loop;
  const auto opened = Client::open(loop, options.bus);
  if (!opened) return complain(opened.error());
  auto& client = **opened;
  if (const auto running = client.require_running(); !running) return complain(running.error());

  const auto tell = [&options](const Happening& h) {
    if (!options.link.empty() && !h.link.name.empty() && h.link.name != options.link) return;
    const auto style = style_for(STDOUT_FILENO, options);
    print(options.json ? monitor_json_line(h, style.now) : monitor_line(h, style));
  };
  // The current state of every link, or of the one; then all changes. ghostd's end and return are reported too:
  // after its return, all links are printed again.
  const auto tell_all = [&]() -> Result<void> {
    const auto links = client.links();
    if (!links) return tl::unexpected(links.error());
    bool found = options.link.empty();
    for (const auto& link : *links) {
      found = found || link.name == options.link;
      tell({"link", link, {}});
    }
    if (!found) return tl::unexpected(Failure{ExitCode::no_such_link, "there is no link named '" + options.link + "'"});
    return {};
  };
  auto code = ExitCode::ok;
  const auto watched = client.watch([&](const Happening& h) {
    tell(h);
    if (h.event == "ghostd-back") [[maybe_unused]]
      const auto told = tell_all();
    if (h.event == "bus-gone") {
      code = ExitCode::unreachable;
      loop.exit(EXIT_SUCCESS);
    }
  });
  if (!watched) return complain(watched.error());
  if (const auto told = tell_all(); !told) return complain(told.error());
  const loop::SignalSource interrupted(loop, SIGINT, [&](const auto&) {
    code = ExitCode::interrupted;
    loop.exit(EXIT_SUCCESS);
  });
  loop.run();
  if (!loop.failure().empty()) return complain({ExitCode::failed, loop.failure()});
  return code;
}

}  // namespace ghost::client
