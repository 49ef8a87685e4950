// SPDX-License-Identifier: GPL-2.0-or-later
#include <unistd.h>

#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode status(const Options& options) {
  loop::EventLoop loop;
  const auto client = Client::open(loop, options.bus);
  if (!client) return complain(client.error());
  // Looking at the status must not start ghostd, which would take over the routes.
  if (const auto running = (*client)->require_running(); !running) return complain(running.error());
  auto links = (*client)->links();
  if (!links) return complain(links.error());
  if (!options.link.empty()) {
    std::erase_if(*links, [&](const auto& l) { return l.name != options.link; });
    if (links->empty()) return complain({ExitCode::no_such_link, "there is no link named '" + options.link + "'"});
  }
  const auto style = style_for(STDOUT_FILENO, options);
  if (options.json) print(to_json_array(*links));
  else print(options.link.empty() ? status_table(*links, style) : status_detail(links->front(), style));
  return ExitCode::ok;
}

}  // namespace ghost::client
