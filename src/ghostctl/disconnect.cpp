// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode disconnect(const Options& options) {
  const auto ask = [&](Client& client) { return client.call("Disconnect", options.link); };
  const auto waited = call_and_wait(options, ask, false, [](const bus::LinkProperties& before) {
    return [outcome = DisconnectOutcome(before)](const bus::LinkProperties& now) { return outcome.see(now); };
  });
  if (waited.code != ExitCode::ok) return waited.code;
  const auto& link = waited.link;
  if (options.json) print(to_json(link) + "\n");
  else
    print(fmt::format("{}: {}{}\n", options.link, link.state,
                      link.state == "dialing" ? " again, for " + link.trigger + " (to prevent that: ghostctl block)" : ""));
  return ExitCode::ok;
}

}  // namespace ghost::client
