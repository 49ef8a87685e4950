// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode appearances(const Options& options) {
  loop::EventLoop loop;
  const auto opened = Client::open(loop, options.bus);
  if (!opened) return complain(opened.error());
  auto& client = **opened;
  if (const auto running = client.require_running(); !running) return complain(running.error());
  const auto links = client.links();
  if (!links) return complain(links.error());

  std::vector<Appearances> known;
  bool found = options.link.empty();
  for (const auto& link : *links) {
    if (!options.link.empty() && link.name != options.link) continue;
    found = true;
    auto rows = client.appearances(link.name);
    if (!rows) return complain(rows.error());
    known.push_back({link, std::move(*rows)});
  }
  if (!found) return complain({ExitCode::no_such_link, "there is no link named '" + options.link + "'"});
  print(options.json ? appearances_json(known) : appearances_table(known, style_for(STDOUT_FILENO, options)));
  return ExitCode::ok;
}

}  // namespace ghost::client
