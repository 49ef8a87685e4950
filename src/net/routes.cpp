// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routes.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>

#include "net/interface.hpp"
#include "net/numbers.hpp"
#include "net/rtnetlink_dump.hpp"
#include "net/rtnetlink_request.hpp"

namespace ghost::net {
namespace {

bool has_the_place_of(const Route& route, const RouteSeen& seen) {
  return seen.prefix == route.prefix && seen.table == route.table && seen.metric == route.metric;
}

// Is the route with this prefix, table and metric one of our own?
Result<bool> is_ours(NetlinkSocket& socket, const Route& route) {
  const auto ours = list_routes(socket, route.prefix.family(), route.table, kProtocol);
  if (!ours) return tl::unexpected(ours.error());
  return std::any_of(ours->begin(), ours->end(), [&](const RouteSeen& seen) { return has_the_place_of(route, seen); });
}

bool stands(const Route& wanted, unsigned interface, const std::vector<RouteSeen>& routes) {
  return std::any_of(routes.begin(), routes.end(), [&](const RouteSeen& r) {
    if (!has_the_place_of(wanted, r)) return false;
    if (wanted.interface.empty()) return r.prohibits;
    return r.unicast && r.hops.size() == 1 && r.hops[0].interface == interface && r.source == wanted.source;
  });
}

// Our rules, in their order; nullopt: another program's rule of the same preference is between or behind them.
std::optional<std::vector<Rule>> in_place(const std::vector<RuleSeen>& all) {
  std::vector<Rule> ours;
  for (const auto& one : all) {
    if (one.protocol == kProtocol && one.more) return std::nullopt;
    if (one.protocol == kProtocol) ours.push_back(one.rule);
    else if (one.rule.preference == kPreference && !ours.empty()) return std::nullopt;
  }
  return ours;
}

}  // namespace

Result<Rtnl> Rtnl::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return Rtnl(std::move(*socket));
}

Result<void> Rtnl::add(const std::vector<Route>& routes) {
  Result<void> outcome;
  for (const auto& route : routes) {
    const std::string what = "add route " + route.str();
    unsigned index = 0;
    if (!route.interface.empty()) {
      const auto found = index_of(route.interface, what);
      if (!found) return tl::unexpected(found.error());
      index = *found;
    }
    auto message = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, index);
    const auto added = socket_.request(*message, what);
    if (added) continue;
    if (added.error().errno_value != EEXIST) return added;
    // NLM_F_REPLACE replaces any program's route. In our own tables, all routes must be ours.
    if (route.table == kMainTable) {
      const auto mine = is_ours(socket_, route);
      if (!mine) return tl::unexpected(mine.error());
      if (!*mine) {
        if (outcome) outcome = tl::unexpected(Error{EEXIST, added.error().what + ", which another program made"});
        continue;
      }
    }
    message = route_request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route, index);
    if (auto ok = socket_.request(*message, what); !ok) return ok;
  }
  return outcome;
}

Result<void> Rtnl::remove(const std::vector<Route>& routes) {
  Result<void> out;
  for (const auto& route : routes) {
    unsigned index = 0;
    if (!route.interface.empty()) {
      index = ::if_nametoindex(route.interface.c_str());
      if (index == 0) continue;  // its routes went with it
    }
    Route bare = route;
    bare.source.reset();  // the kernel would compare it, but a route must go even if its address is gone
    auto message = route_request(RTM_DELROUTE, 0, bare, index);
    auto ok = tolerate(socket_.request(*message, "delete route " + route.str()), {ESRCH, ENODEV, ENETDOWN, ENOENT});
    if (!ok && out) out = ok;
  }
  return out;
}

Result<std::vector<Route>> Rtnl::missing(const std::vector<Route>& routes) {
  std::vector<Route> out;
  const auto interfaces = list_interfaces(socket_);
  if (!interfaces) return tl::unexpected(interfaces.error());
  std::map<std::string, const LinkSeen*> by_name;
  for (const auto& one : *interfaces) by_name[one.name] = &one;
  for (const auto family : {Family::v4, Family::v6}) {
    if (std::none_of(routes.begin(), routes.end(), [&](const Route& r) { return r.prefix.family() == family; })) continue;
    const auto present = list_routes(socket_, family, 0, kProtocol);
    if (!present) return tl::unexpected(present.error());
    for (const auto& route : routes) {
      if (route.prefix.family() != family) continue;
      const auto interface = by_name.find(route.interface);
      if (!route.interface.empty() && (interface == by_name.end() || !interface->second->up)) continue;
      const unsigned index = route.interface.empty() ? 0 : interface->second->index;
      if (!stands(route, index, *present)) out.push_back(route);
    }
  }
  return out;
}

Result<std::vector<RouteSeen>> Rtnl::routes(Family family, std::uint32_t table) { return list_routes(socket_, family, table, 0); }

Result<std::vector<ForeignDefault>> Rtnl::foreign_defaults(const std::vector<LinkRouting>& links) {
  std::vector<RouteSeen> defaults;
  for (const auto family : {Family::v4, Family::v6}) {
    auto all = list_routes(socket_, family, kMainTable, 0);
    if (!all) {
      if (lacks_family(all.error())) continue;
      return tl::unexpected(all.error());
    }
    for (auto& one : *all)
      if (one.prefix.length == 0) defaults.push_back(std::move(one));
  }
  if (defaults.empty()) return std::vector<ForeignDefault>();
  const auto addresses = list_addresses(socket_);
  if (!addresses) return tl::unexpected(addresses.error());
  std::map<unsigned, std::string> names;
  const auto look_up = [&](unsigned index) {
    if (names.contains(index)) return;
    if (std::array<char, IF_NAMESIZE> name{}; ::if_indextoname(index, name.data()) != nullptr) names[index] = name.data();
  };
  for (const auto& route : defaults)
    for (const auto& hop : route.hops) look_up(hop.interface);
  for (const auto& address : *addresses) look_up(address.index);
  return net::foreign_defaults(defaults, *addresses, names, links);
}

Result<bool> Rtnl::set_rules(Family family, const std::vector<Rule>& rules) {
  const auto all = list_rules(socket_, family);
  if (!all) {
    // A kernel without IPv6 has no IPv6 rules.
    if (rules.empty() && lacks_family(all.error())) return false;
    return tl::unexpected(all.error());
  }
  if (in_place(*all) == rules) return false;
  for (const auto& rule : rules) {
    auto message = rule_request(RTM_NEWRULE, NLM_F_CREATE, rule);  // without NLM_F_EXCL there may be two that are equal
    if (auto ok = socket_.request(*message, "add rule " + rule.str()); !ok) return tl::unexpected(ok.error());
  }
  // The last first, so that the rule that leads to a link is never alone. Of two equal rules the kernel deletes the old one
  // first.
  for (auto at = all->rbegin(); at != all->rend(); ++at) {
    if (at->protocol != kProtocol) continue;
    auto message = rule_request(RTM_DELRULE, 0, at->rule);
    auto ok = tolerate(socket_.request(*message, "delete rule " + at->rule.str()), {ENOENT, ESRCH});
    if (!ok) return tl::unexpected(ok.error());
  }
  return true;
}

Result<bool> Rtnl::rules_stand(Family family, const std::vector<Rule>& rules) {
  const auto all = list_rules(socket_, family);
  if (all) return in_place(*all) == rules;
  if (rules.empty() && lacks_family(all.error())) return true;
  return tl::unexpected(all.error());
}

}  // namespace ghost::net
