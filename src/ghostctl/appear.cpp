// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode appear(const Options& options) {
  const auto ask = [&](Client& client) { return client.appear(options.link, options.hold); };
  const auto waited = call_and_wait(options, ask, true, [](const bus::LinkProperties& before) {
    return [outcome = AppearOutcome(before)](const bus::LinkProperties& now) { return outcome.see(now); };
  });
  if (waited.code == ExitCode::blocked)
    fmt::print(stderr, "ghostctl: to allow calls again, run: ghostctl unblock {}\n", options.link);
  if (waited.code != ExitCode::ok) return waited.code;
  const auto& link = waited.link;
  if (options.json) print(to_json(link) + "\n");
  if (options.no_wait) {
    if (!options.json) print(fmt::format("{}: {}\n", link.name, link.appearance));
    return ExitCode::ok;
  }
  if (waited.verdict == Verdict::failed) {
    complain({ExitCode::failed,
              fmt::format("{} did not appear: {}{}", link.name, link.reason, link.detail.empty() ? "" : ": " + link.detail)});
    complain({ExitCode::failed, advice(link, now_usec())});
    return ExitCode::failed;
  }
  if (!options.json) print(appearance_text(link, style_for(STDOUT_FILENO, options)));
  if (all_told(link)) return ExitCode::ok;
  return complain({ExitCode::not_told, fmt::format("{} is on the net, but some notifiers were not told", link.name)});
}

}  // namespace ghost::client
