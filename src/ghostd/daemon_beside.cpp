// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs on this host. The Keeper puts back what they remove. Their default routes decide which links are in front.
#include <algorithm>
#include <utility>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {
namespace {

std::vector<net::Route> without(std::vector<net::Route> routes, const std::vector<net::Route>& others) {
  std::erase_if(routes, [&](const net::Route& r) { return std::find(others.begin(), others.end(), r) != others.end(); });
  return routes;
}

// For people.
std::string place_of(const std::vector<Family>& withdrawn, bool can_call) {
  if (withdrawn.empty()) return "its default route is restored";
  std::string families;
  for (const auto family : withdrawn) families += (families.empty() ? "" : ", ") + std::string(to_string(family));
  return std::string(can_call ? "" : "cannot call now, so ") + "its default route gives way for " + families;
}

}  // namespace

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
    const bool can_call = able[i];
    const auto& stands = now[i++];
    const auto before = link->standing();
    if (stands == before) continue;
    const auto had = link->kept().routes;
    link->stand(stands);
    const auto has = link->kept().routes;
    changed = true;
    if (stands.withdrawn != before.withdrawn) log(LOG_INFO, name, place_of(stands.withdrawn, can_call));
    const auto removed = host_.rtnl().remove(without(had, has));
    const auto added = host_.rtnl().add(without(has, had));
    for (const auto& done : {removed, added})
      if (!done) log(LOG_WARNING, name, done.error().what);
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
    if (std::find(beside_.begin(), beside_.end(), line) == beside_.end())
      log(line.warning ? LOG_WARNING : LOG_NOTICE, "", line.text);
  beside_ = std::move(now);
}

}  // namespace ghost::daemon
