// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/online.hpp"

#include <stdexcept>

#include "ghostd/log.hpp"

namespace ghost::daemon {
namespace {

void tell(bus::OnlineTargets::Outcome outcome, const std::string& target, const std::string& text) {
  using enum bus::OnlineTargets::Outcome;
  switch (outcome) {
    case refused:
      return log(LOG_NOTICE, "",
                 "systemd does not allow ghostd to start and stop " + target + ": " + text +
                     "; it asks polkitd, which must run and have /usr/share/polkit-1/rules.d/60-ghostd.rules");
    case failed: return log(LOG_WARNING, "", "systemd did not start or stop " + target + ": " + text);
    case done: return log(LOG_INFO, "", target + " is as it should be now");
  }
}

}  // namespace

void Online::begin(loop::EventLoop& loop, sdbus::IConnection& bus) {
  try {
    targets_ = std::make_unique<bus::OnlineTargets>(loop, bus, tell);
  } catch (const std::runtime_error& e) {
    log(LOG_WARNING, "", std::string("cannot reach systemd: ") + e.what());
  }
}

void Online::see(const core::LinkMachine& link) {
  if (!targets_) return;
  // A call that is not adopted yet may be an earlier ghostd's, whose target is active. Otherwise the target is inactive already.
  const bool undecided = std::holds_alternative<core::Dialing>(link.state());
  targets_->want(link.config().name, undecided ? std::nullopt : std::optional(link.carries() != nullptr));
}

void Online::forget(const std::string& link) {
  if (targets_) targets_->forget(link);
}

}  // namespace ghost::daemon
