// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs on this host. The Keeper puts back what they remove. Their default routes decide which links are in front.
#include <algorithm>
#include <utility>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

void Daemon::keep() {
  const auto kept = [this] {
    std::vector<Kept> out;
    for (const auto& [name, link] : links_) out.push_back(link->kept());
    return out;
  };
  keeper_.emplace(loop_, host_,
                  HostSurroundings::Port{.kept = kept,
                                         .load_table = [this] { return load_ruleset(); },
                                         .defaults_changed = [this] { tell_what_stands_beside(); }},
                  [this](const std::string& degraded, bool can_carry) {
                    for (const auto& [name, link] : links_) {
                      link->set_degraded(degraded);
                      post(name, core::Impaired{!can_carry});
                    }
                    publish();
                  });
  host_.on_handover([this] { return keeper_->table_must_stand(); });
}

// Standby links depend on others' default routes and on each other. A link that cannot call makes room for the next. A link with
// a call behind a better route gets StandsBehind.
void Daemon::see_who_stands_in_front() {
  // Also concerns a link that a reload has changed from standby to first.
  const auto concerns = [](const auto& l) {
    return l.second->machine().config().metric.has_value() || l.second->standing() != net::Standing{};
  };
  if (std::none_of(links_.begin(), links_.end(), concerns)) return;
  std::vector<net::LinkRouting> routings;
  std::vector<bool> able;
  for (const auto& [name, link] : links_) {
    routings.push_back(link->placed().routing());
    able.push_back(link->machine().can_call());
  }
  const auto now = net::standing(routings, able, host_.foreign_defaults());
  std::size_t i = 0;
  bool changed = false;
  for (const auto& [name, link] : links_) {
    const auto& stands = now[i++];
    const auto before = link->standing();
    if (stands == before) continue;
    link->stand(stands);
    changed = true;
    if (stands.withdrawn != before.withdrawn) {
      log(LOG_INFO, name, stands.withdrawn ? "cannot call now, so its default route gives way" : "its default route is restored");
      auto routing = link->placed().routing();
      routing.withdrawn = false;
      auto routes = net::demand_routes(routing);
      std::erase_if(routes, [](const net::Route& r) { return r.prefix.length != 0; });
      const auto done = stands.withdrawn ? host_.rtnl().remove(routes) : host_.rtnl().add(routes);
      if (!done) log(LOG_WARNING, name, done.error().what);
    }
    if (stands.front != before.front)
      log(LOG_INFO, name, stands.front.empty() ? "is now the preferred default route" : "gives way to " + stands.front);
    show(*link);
    if (stands.behind != before.behind) post(name, core::StandsBehind{stands.behind});
  }
  if (changed) names_.tell();
}

void Daemon::tell_what_stands_beside() {
  see_who_stands_in_front();
  std::vector<net::LinkRouting> routings;
  for (const auto& link : placed()) routings.push_back(link.routing());
  auto now = net::explain(host_.foreign_defaults(), routings);
  if (now == beside_) return;
  for (const auto& line : now)
    if (std::find(beside_.begin(), beside_.end(), line) == beside_.end()) log(LOG_NOTICE, "", line);
  beside_ = std::move(now);
}

}  // namespace ghost::daemon
