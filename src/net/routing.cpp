// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "net/address_kind.hpp"
#include "net/foreign_defaults.hpp"
#include "net/numbers.hpp"

namespace ghost::net {
namespace {

std::optional<IpAddress> source_for(const LinkRouting& link, Family family) {
  const auto at = std::find_if(link.stable.begin(), link.stable.end(), [&](const IpAddress& a) { return a.family() == family; });
  return at == link.stable.end() ? std::nullopt : std::optional(*at);
}

// One route for each prefix for which packets could wait.
template <class Make>
std::vector<Route> for_each_prefix(const LinkRouting& link, Make make) {
  std::vector<Route> out;
  for (const auto& prefix : link.prefixes) {
    const auto source = source_for(link, prefix.family());
    if (!source) continue;
    Route route = make(prefix);
    route.prefix = {prefix.network(), prefix.length};
    if (!route.interface.empty()) route.source = source;
    out.push_back(route);
  }
  return out;
}

// A source that no packet has: "not from" it is always true (numbers.hpp).
Prefix nobody(Family family) {
  return family == Family::v4 ? Prefix{*IpAddress::parse("255.255.255.255"), 32} : Prefix{*IpAddress::parse("ff00::"), 8};
}

bool contains(const std::vector<Family>& families, Family family) {
  return std::find(families.begin(), families.end(), family) != families.end();
}

// The interface, or nothing ("unreachable") for a family that the call does not carry.
std::string way(const LinkRouting& link, Family family, const std::vector<Family>& carried) {
  return contains(carried, family) ? link.call_interface : std::string();
}

}  // namespace

std::string Route::str() const {
  return fmt::format("{}{} table {} metric {}{}", interface.empty() ? "unreachable " : "", prefix.str(), table, metric,
                     interface.empty() ? "" : " dev " + interface);
}

std::string Rule::str() const {
  return fmt::format("{} preference {}{}{} lookup {}{}", to_string(family), preference, invert ? " not" : "",
                     from ? " from " + from->str() : "", table,
                     suppress_len ? fmt::format(" suppress_prefixlength {}", *suppress_len) : "");
}

std::uint32_t table_for(const LinkRouting& link, const Prefix& prefix) {
  return prefix.length == 0 && !link.metric ? kDefaultTable : kMainTable;
}

std::vector<Route> demand_routes(const LinkRouting& link) {
  const auto metric = link.metric ? standby_demand_metric(*link.metric) : demand_metric(link.index);
  auto routes = for_each_prefix(
      link, [&](const Prefix& prefix) { return Route{{}, demand_interface(link.link), table_for(link, prefix), metric, {}}; });
  std::erase_if(routes, [&](const Route& r) { return r.prefix.length == 0 && contains(link.withdrawn, r.prefix.family()); });
  return routes;
}

std::vector<Route> call_routes(const LinkRouting& link, const std::vector<Family>& carried) {
  const auto metric = link.metric ? standby_call_metric(*link.metric) : call_metric(link.index);
  auto routes = for_each_prefix(link, [&](const Prefix& prefix) {
    return Route{{}, way(link, prefix.family(), carried), table_for(link, prefix), metric, {}};
  });
  if (!link.metric) return routes;
  for (const auto& route : std::vector(routes)) {
    if (route.prefix.length != 0 || route.interface.empty()) continue;
    routes.push_back(route);
    routes.back().table = linger_table(link.index);
  }
  std::erase_if(routes, [&](const Route& r) {
    return r.prefix.length == 0 && r.table == kMainTable && contains(link.outranked, r.prefix.family());
  });
  return routes;
}

LinkRouting in_full(LinkRouting link) {
  link.withdrawn.clear();
  link.outranked.clear();
  return link;
}

bool has_default(const LinkRouting& link, Family family) {
  return source_for(link, family) && std::any_of(link.prefixes.begin(), link.prefixes.end(),
                                                 [family](const Prefix& p) { return p.family() == family && p.length == 0; });
}

bool is_first(const LinkRouting& link, Family family) { return !link.metric && has_default(link, family); }

std::vector<Rule> rules_for(Family family, const std::vector<LinkRouting>& links, const std::vector<ForeignDefault>& foreign) {
  const bool first = std::any_of(links.begin(), links.end(), [family](const LinkRouting& l) { return is_first(l, family); });
  std::vector<Rule> linger;
  for (const auto& link : links) {
    if (link.metric && contains(link.carried, family) && has_default(link, family))
      linger.push_back({family, kPreference, linger_table(link.index), Prefix{*source_for(link, family), longest(family)}});
  }
  if (!first && linger.empty()) return {};
  std::vector<Rule> out{{family, kPreference, kMainTable, nobody(family), true, 0}};
  // In the order of the addresses, so that the rules stay when the default routes only change their order.
  std::set<IpAddress> bound;
  for (const auto& one : foreign)
    if (one.family == family && first) bound.insert(one.addresses.begin(), one.addresses.end());
  for (const auto& address : bound) out.push_back({family, kPreference, kMainTable, Prefix{address, longest(family)}});
  out.insert(out.end(), linger.begin(), linger.end());
  if (first) out.push_back({family, kPreference, kDefaultTable});
  return out;
}

}  // namespace ghost::net
