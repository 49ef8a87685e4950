// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/names.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "daemon/log.hpp"

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

core::NamesLink names_link(const Link& link) {
  const auto& config = link.machine().config();
  const auto status = link.machine().status();
  return {.link = config.name,
          .index = link.placed().index,
          .routes = config.routes,
          .configured = config.dns,
          .up = link.machine().carries() != nullptr,
          .callable = !link.machine().blocked(),
          .in_front = !link.standing().behind && !link.standing().withdrawn,
          .named = status.dns,
          .remote = status.remote_address};
}

}  // namespace

void Names::begin(loop::EventLoop& loop, sdbus::IConnection& bus) {
  try {
    resolved_ = std::make_unique<bus::Resolved>(
        loop, bus, [this](bus::Resolved::Outcome outcome, const std::string& interface, const std::string& text) {
          const auto at = link_of_.find(interface);
          say(at == link_of_.end() ? std::string() : at->second, outcome, interface, text);
        });
  } catch (const std::runtime_error& e) {
    log_names(LOG_WARNING, "", "failed", std::string("cannot reach systemd-resolved: ") + e.what());
  }
}

void Names::update(const std::map<std::string, std::unique_ptr<Link>>& links) {
  if (!resolved_) return;
  std::vector<core::NamesLink> states;
  std::set<std::string> interfaces;
  for (const auto& [name, link] : links) {
    states.push_back(names_link(*link));
    const auto call = link->interface();
    link_of_[demand_interface(name)] = link_of_[call] = name;
    interfaces.insert(demand_interface(name));
    // A call that an earlier ghostd began has its servers still; they are judged when the call is ours.
    if (!std::holds_alternative<core::Dialing>(link->machine().state())) interfaces.insert(call);
  }
  resolved_->want(core::names_for(states), std::move(interfaces));
}

}  // namespace ghost::daemon
