// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/names.hpp"

#include <stdexcept>
#include <utility>

#include "ghostd/log.hpp"

namespace ghost::daemon {
namespace {

void say(const std::string& link, bus::Resolved::Outcome outcome, const std::string& interface, const std::string& text) {
  using enum bus::Resolved::Outcome;
  const auto said = text.empty() ? std::string() : ": " + text;
  switch (outcome) {
    case refused:
      return log_names(LOG_WARNING, link, "refused",
                       "systemd-resolved does not allow ghostd to set name servers" + said +
                           "; it asks polkitd, which must run and have /usr/share/polkit-1/rules.d/60-ghostd.rules");
    case silent:
      return log_names(LOG_WARNING, link, "silent",
                       "systemd-resolved does not answer; it does not have the name servers of " + interface);
    case failed:
      return log_names(LOG_WARNING, link, "failed", "systemd-resolved did not accept the name servers of " + interface + said);
    case taken: return log_names(LOG_INFO, link, "taken", "systemd-resolved has the name servers now");
  }
}

}  // namespace

void Names::begin(loop::EventLoop& loop, sdbus::IConnection& bus) {
  try {
    resolved_ = std::make_unique<bus::Resolved>(
        loop, bus, [this](bus::Resolved::Outcome outcome, const std::string& interface, const std::string& text) {
          say(wanted_.link_of(interface), outcome, interface, text);
        });
  } catch (const std::runtime_error& e) {
    log_names(LOG_WARNING, "", "failed", std::string("cannot reach systemd-resolved: ") + e.what());
  }
}

void Names::see(const Link& link, const core::LinkStatus& status) {
  const auto& config = link.machine().config();
  const auto& state = link.machine().state();
  wanted_.see({.link = {.link = config.name,
                        .interfaces = link.interfaces(),
                        .index = link.placed().index,
                        .routes = config.routes,
                        .configured = config.dns,
                        .up = link.machine().carries() != nullptr,
                        .callable = !link.machine().barred(),
                        .gives_way = link.standing().behind || (!link.machine().can_call() && !link.standing().withdrawn.empty()),
                        .behind_in = link.standing().behind_in,
                        .named = status.dns,
                        .remote = status.remote_address},
               // A call of an earlier ghostd still has its servers. They are judged when this ghostd has adopted the call.
               .judged = !std::holds_alternative<core::Dialing>(state)});
}

void Names::tell() {
  if (!resolved_) return;
  if (auto wanted = wanted_.news()) resolved_->want(std::move(wanted->names), std::move(wanted->interfaces));
}

}  // namespace ghost::daemon
