// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode connect(const Options& options) {
  const auto ask = [&](Client& client) { return client.call("Connect", options.link); };
  const auto waited = call_and_wait(options, ask, true, [](const bus::LinkProperties& before) {
    return [outcome = ConnectOutcome(before)](const bus::LinkProperties& now) mutable { return outcome.see(now); };
  });
  const auto& link = waited.link;
  // A blocked link refuses at once; its error says why.
  if (waited.code == ExitCode::blocked)
    fmt::print(stderr, "ghostctl: to allow calls again, run: ghostctl unblock {}\n", options.link);
  if (waited.code != ExitCode::ok) return waited.code;
  if (options.json) print(to_json(link) + "\n");
  if (waited.verdict == Verdict::failed) {
    complain({ExitCode::failed,
              fmt::format("{} did not come up: {}{}", link.name, link.reason, link.detail.empty() ? "" : ": " + link.detail)});
    complain({ExitCode::failed, advice(link, now_usec())});
    return ExitCode::failed;
  }
  if (!options.json)
    print(fmt::format("{}: {}{}\n", options.link, link.state,
                      link.local_addresses.empty() ? "" : fmt::format(", {}", fmt::join(link.local_addresses, ", "))));
  return ExitCode::ok;
}

}  // namespace ghost::client
