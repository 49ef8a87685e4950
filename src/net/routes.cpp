// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routes.hpp"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <map>
#include <stdexcept>

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "net/netlink_bytes.hpp"
#include "net/numbers.hpp"
#include "net/rtnetlink_decode.hpp"

namespace ghost::net {
namespace {

void must_fit(int outcome) {
  if (outcome < 0) throw std::length_error("netlink message is full");
}
void put(nl_msg& m, int type, std::uint32_t value) { must_fit(nla_put_u32(&m, type, value)); }
void put(nl_msg& m, int type, const IpAddress& address) {
  must_fit(nla_put(&m, type, static_cast<int>(address.bytes().size()), address.bytes().data()));
}

unsigned char af(Family family) { return family == Family::v4 ? AF_INET : AF_INET6; }
std::uint8_t longest(Family family) { return family == Family::v4 ? 32 : 128; }

Result<unsigned> index_of(const std::string& ifname, const std::string& what) {
  const unsigned index = ::if_nametoindex(ifname.c_str());
  if (index == 0) return failure(ENODEV, what);
  return index;
}

Result<void> tolerate(Result<void> outcome, std::initializer_list<int> errors) {
  if (!outcome && std::find(errors.begin(), errors.end(), outcome.error().errno_value) != errors.end()) return {};
  return outcome;
}

// interface_index 0 omits the interface: unreachable, or deletion of any route to the prefix.
NlMessage route_message(int type, int flags, const Route& route, unsigned interface_index) {
  rtmsg head{};
  head.rtm_family = af(route.prefix.family());
  head.rtm_dst_len = route.prefix.length;
  head.rtm_table = RT_TABLE_UNSPEC;  // RTA_TABLE has the number: it takes more than 8 bits
  head.rtm_protocol = kProtocol;
  head.rtm_type = route.interface.empty() ? RTN_UNREACHABLE : RTN_UNICAST;
  head.rtm_scope = route.prefix.family() == Family::v4 && !route.interface.empty() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  auto message = make_message(type, flags, head);
  if (route.prefix.length > 0) put(*message, RTA_DST, route.prefix.network());
  put(*message, RTA_TABLE, route.table);
  put(*message, RTA_PRIORITY, route.metric);
  if (interface_index != 0) put(*message, RTA_OIF, interface_index);
  if (route.source) put(*message, RTA_PREFSRC, *route.source);
  return message;
}

NlMessage rule_message(int type, int flags, const Rule& rule) {
  fib_rule_hdr head{};
  head.family = af(rule.family);
  head.action = FR_ACT_TO_TBL;
  head.src_len = rule.from ? rule.from->length : std::uint8_t{0};
  head.flags = rule.invert ? FIB_RULE_INVERT : 0U;
  auto message = make_message(type, flags, head);
  put(*message, FRA_PRIORITY, rule.preference);
  put(*message, FRA_TABLE, rule.table);
  must_fit(nla_put_u8(message.get(), FRA_PROTOCOL, kProtocol));
  if (rule.from) put(*message, FRA_SRC, rule.from->network());
  if (rule.suppress_len) put(*message, FRA_SUPPRESS_PREFIXLEN, *rule.suppress_len);
  return message;
}

NlMessage address_message(int type, int flags, unsigned index, const IpAddress& address, std::uint32_t v6_flags = IFA_F_NODAD) {
  ifaddrmsg head{};
  head.ifa_family = af(address.family());
  head.ifa_prefixlen = longest(address.family());
  head.ifa_scope = RT_SCOPE_UNIVERSE;
  head.ifa_index = index;
  auto message = make_message(type, flags, head);
  put(*message, IFA_LOCAL, address);
  put(*message, IFA_ADDRESS, address);
  if (address.family() == Family::v6) put(*message, IFA_FLAGS, v6_flags);
  return message;
}

// The addresses of global scope by interface, without those that the kernel itself assigned (link-local).
Result<std::map<unsigned, std::vector<IpAddress>>> all_global_addresses(NetlinkSocket& socket, const std::string& what) {
  std::map<unsigned, std::vector<IpAddress>> out;
  ifaddrmsg head{};
  head.ifa_family = AF_UNSPEC;
  auto message = make_message(RTM_GETADDR, 0, head);
  const auto part = [&](nlmsghdr* one) {
    const auto* seen = static_cast<const ifaddrmsg*>(nlmsg_data(one));
    if (one->nlmsg_type != RTM_NEWADDR || !nlmsg_valid_hdr(one, sizeof *seen)) return;
    if (seen->ifa_scope != RT_SCOPE_UNIVERSE) return;
    nlattr* local = nlmsg_find_attr(one, sizeof *seen, IFA_LOCAL);
    if (local == nullptr) local = nlmsg_find_attr(one, sizeof *seen, IFA_ADDRESS);
    if (local == nullptr) return;
    const auto* bytes = static_cast<const std::uint8_t*>(nla_data(local));
    if (auto address = IpAddress::from_bytes({bytes, static_cast<std::size_t>(nla_len(local))}))
      out[seen->ifa_index].push_back(*address);
  };
  if (auto ok = socket.dump(*message, what, part, [&] { out.clear(); }); !ok) return tl::unexpected(ok.error());
  return out;
}

Result<std::vector<IpAddress>> global_addresses(NetlinkSocket& socket, unsigned index, const std::string& what) {
  auto all = all_global_addresses(socket, what);
  if (!all) return tl::unexpected(all.error());
  return std::move((*all)[index]);
}

// Is the route with this prefix, table and metric one of our own?
Result<bool> is_ours(NetlinkSocket& socket, const Route& route) {
  bool ours = false;
  rtmsg head{};
  head.rtm_family = af(route.prefix.family());
  head.rtm_protocol = kProtocol;
  auto message = make_message(RTM_GETROUTE, 0, head);
  const auto part = [&](nlmsghdr* one) {
    const auto* seen = static_cast<const rtmsg*>(nlmsg_data(one));
    if (one->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(one, sizeof *seen)) return;
    if (seen->rtm_protocol != kProtocol || seen->rtm_dst_len != route.prefix.length) return;
    nlattr* table = nlmsg_find_attr(one, sizeof *seen, RTA_TABLE);
    nlattr* metric = nlmsg_find_attr(one, sizeof *seen, RTA_PRIORITY);
    nlattr* to = nlmsg_find_attr(one, sizeof *seen, RTA_DST);
    const IpAddress network = route.prefix.network();
    const auto bytes = network.bytes();
    ours = ours ||
           (table != nullptr && nla_get_u32(table) == route.table && metric != nullptr && nla_get_u32(metric) == route.metric &&
            (to == nullptr || (static_cast<std::size_t>(nla_len(to)) == bytes.size() &&
                               std::memcmp(nla_data(to), bytes.data(), bytes.size()) == 0)));
  };
  if (auto ok = socket.dump(*message, "list routes", part, [&] { ours = false; }); !ok) {
    return tl::unexpected(ok.error());
  }
  return ours;
}

}  // namespace

Result<Rtnl> Rtnl::open() {
  auto socket = NetlinkSocket::open(NETLINK_ROUTE);
  if (!socket) return tl::unexpected(socket.error());
  return Rtnl(std::move(*socket));
}

Result<void> Rtnl::set_up(const DemandInterface& demand) {
  const std::string name = demand_interface(demand.link);
  const std::string what = "set up " + name;
  const auto index = index_of(name, what);
  if (!index) return tl::unexpected(index.error());

  ifinfomsg head{};
  head.ifi_family = AF_UNSPEC;
  head.ifi_index = static_cast<int>(*index);
  head.ifi_flags = IFF_UP;
  head.ifi_change = IFF_UP;
  auto change = make_message(RTM_NEWLINK, 0, head);
  put(*change, IFLA_MTU, demand.mtu);
  put(*change, IFLA_TXQLEN, demand.queue_packets);
  if (auto ok = socket_.request(*change, what); !ok) return ok;

  const auto present = global_addresses(socket_, *index, what);
  if (!present) return tl::unexpected(present.error());
  for (const auto& old : *present) {
    if (std::find(demand.stable.begin(), demand.stable.end(), old) != demand.stable.end()) continue;
    auto message = address_message(RTM_DELADDR, 0, *index, old);
    auto ok = tolerate(socket_.request(*message, "take " + old.str() + " from " + name), {EADDRNOTAVAIL});
    if (!ok) return ok;
  }
  for (const auto& address : demand.stable) {
    auto message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, *index, address);
    auto ok = tolerate(socket_.request(*message, "give " + address.str() + " to " + name), {EEXIST});
    if (!ok) return ok;
  }
  return {};
}

Result<void> Rtnl::give_address(unsigned interface_index, const IpAddress& address, std::uint32_t preferred,
                                std::uint32_t valid) {
  auto message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface_index, address,
                                 IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
  ifa_cacheinfo lifetimes{};
  lifetimes.ifa_prefered = preferred;
  lifetimes.ifa_valid = valid;
  must_fit(nla_put(message.get(), IFA_CACHEINFO, sizeof lifetimes, &lifetimes));
  return socket_.request(*message, "add " + address.str() + " to a call");
}

Result<void> Rtnl::take_address(unsigned interface_index, const IpAddress& address) {
  auto message = address_message(RTM_DELADDR, 0, interface_index, address, 0);
  return tolerate(socket_.request(*message, "remove " + address.str() + " from a call"), {EADDRNOTAVAIL, ENODEV});
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
    auto message = route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, index);
    const auto added = socket_.request(*message, what);
    if (added) continue;
    if (added.error().errno_value != EEXIST) return added;
    // NLM_F_REPLACE replaces anybody's route; in our own tables all routes must be ours.
    if (route.table == kMainTable) {
      const auto mine = is_ours(socket_, route);
      if (!mine) return tl::unexpected(mine.error());
      if (!*mine) {
        if (outcome) outcome = tl::unexpected(Error{EEXIST, added.error().what + ", which another program made"});
        continue;
      }
    }
    message = route_message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route, index);
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
    auto message = route_message(RTM_DELROUTE, 0, bare, index);
    auto ok = tolerate(socket_.request(*message, "delete route " + route.str()), {ESRCH, ENODEV, ENETDOWN, ENOENT});
    if (!ok && out) out = ok;
  }
  return out;
}

namespace {

Bytes body_of(nlmsghdr* head) {
  return {static_cast<const std::uint8_t*>(nlmsg_data(head)), static_cast<std::size_t>(nlmsg_datalen(head))};
}

Result<std::vector<RuleSeen>> list_rules(NetlinkSocket& socket, Family family) {
  std::vector<RuleSeen> out;
  fib_rule_hdr head{};
  head.family = af(family);
  auto message = make_message(RTM_GETRULE, 0, head);
  const auto part = [&](nlmsghdr* one) {
    if (one->nlmsg_type != RTM_NEWRULE) return;
    if (auto seen = decode_rule(body_of(one))) out.push_back(std::move(*seen));
  };
  if (auto ok = socket.dump(*message, "list rules", part, [&] { out.clear(); }); !ok) return tl::unexpected(ok.error());
  return out;
}

// table 0: all.
Result<std::vector<RouteSeen>> list_routes(NetlinkSocket& socket, Family family, std::uint32_t table, std::uint8_t protocol) {
  std::vector<RouteSeen> out;
  rtmsg head{};
  head.rtm_family = af(family);
  head.rtm_protocol = protocol;
  auto message = make_message(RTM_GETROUTE, 0, head);
  if (table != 0) put(*message, RTA_TABLE, table);
  const auto part = [&](nlmsghdr* one) {
    if (one->nlmsg_type != RTM_NEWROUTE) return;
    auto seen = decode_route(body_of(one));
    // An older kernel does not filter.
    if (!seen || (table != 0 && seen->table != table) || (protocol != 0 && seen->protocol != protocol)) return;
    out.push_back(std::move(*seen));
  };
  // ENOENT: there is no such table.
  auto ok = tolerate(socket.dump(*message, "list routes", part, [&] { out.clear(); }), {ENOENT});
  if (!ok) return tl::unexpected(ok.error());
  return out;
}

Result<std::vector<AddressSeen>> list_addresses(NetlinkSocket& socket) {
  std::vector<AddressSeen> out;
  ifaddrmsg head{};
  auto message = make_message(RTM_GETADDR, 0, head);
  const auto part = [&](nlmsghdr* one) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(one);
    auto decoded = decode_rtnetlink({bytes, one->nlmsg_len});
    if (const auto* seen = std::get_if<AddressSeen>(&decoded.news)) out.push_back(*seen);
  };
  if (auto ok = socket.dump(*message, "list addresses", part, [&] { out.clear(); }); !ok) return tl::unexpected(ok.error());
  return out;
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

Result<bool> Rtnl::set_rules(Family family, const std::vector<Rule>& rules) {
  const auto all = list_rules(socket_, family);
  if (!all) {
    // A kernel without IPv6 has no IPv6 rules.
    if (rules.empty() && (all.error().errno_value == EOPNOTSUPP || all.error().errno_value == EAFNOSUPPORT)) return false;
    return tl::unexpected(all.error());
  }
  if (in_place(*all) == rules) return false;
  for (const auto& rule : rules) {
    auto message = rule_message(RTM_NEWRULE, NLM_F_CREATE, rule);  // without NLM_F_EXCL there may be two that are equal
    if (auto ok = socket_.request(*message, "add rule " + rule.str()); !ok) return tl::unexpected(ok.error());
  }
  // The last first, so that the rule that leads to a link is never alone. Of two equal rules the kernel deletes the old one first.
  for (auto at = all->rbegin(); at != all->rend(); ++at) {
    if (at->protocol != kProtocol) continue;
    auto message = rule_message(RTM_DELRULE, 0, at->rule);
    auto ok = tolerate(socket_.request(*message, "delete rule " + at->rule.str()), {ENOENT, ESRCH});
    if (!ok) return tl::unexpected(ok.error());
  }
  return true;
}

Result<bool> Rtnl::rules_stand(Family family, const std::vector<Rule>& rules) {
  const auto all = list_rules(socket_, family);
  if (all) return in_place(*all) == rules;
  if (rules.empty() && (all.error().errno_value == EOPNOTSUPP || all.error().errno_value == EAFNOSUPPORT)) return true;
  return tl::unexpected(all.error());
}

namespace {

struct Interface {
  bool up = false;
  unsigned mtu = 0;
  unsigned queue_packets = 0;
};

Result<std::map<unsigned, Interface>> list_interfaces(NetlinkSocket& socket) {
  std::map<unsigned, Interface> out;
  ifinfomsg head{};
  auto message = make_message(RTM_GETLINK, 0, head);
  const auto part = [&](nlmsghdr* one) {
    if (one->nlmsg_type != RTM_NEWLINK) return;
    const auto info = take<ifinfomsg>(body_of(one));
    if (!info) return;
    auto& interface = out[static_cast<unsigned>(info->ifi_index)];
    interface.up = (info->ifi_flags & IFF_UP) != 0;
    for_each_attribute(rest(body_of(one), NLMSG_ALIGN(sizeof(ifinfomsg))), [&](int type, Bytes value) {
      if (type == IFLA_MTU) interface.mtu = take<std::uint32_t>(value).value_or(0);
      if (type == IFLA_TXQLEN) interface.queue_packets = take<std::uint32_t>(value).value_or(0);
      return true;
    });
  };
  if (auto ok = socket.dump(*message, "list interfaces", part, [&] { out.clear(); }); !ok) return tl::unexpected(ok.error());
  return out;
}

bool stands(const Route& wanted, unsigned interface, const std::vector<RouteSeen>& routes) {
  return std::any_of(routes.begin(), routes.end(), [&](const RouteSeen& r) {
    if (r.prefix != wanted.prefix || r.table != wanted.table || r.metric != wanted.metric) return false;
    if (wanted.interface.empty()) return r.prohibits;
    return r.unicast && r.hops.size() == 1 && r.hops[0].interface == interface && r.source == wanted.source;
  });
}

}  // namespace

Result<std::vector<Route>> Rtnl::missing(const std::vector<Route>& routes) {
  std::vector<Route> out;
  const auto interfaces = list_interfaces(socket_);
  if (!interfaces) return tl::unexpected(interfaces.error());
  for (const auto family : {Family::v4, Family::v6}) {
    if (std::none_of(routes.begin(), routes.end(), [&](const Route& r) { return r.prefix.family() == family; })) continue;
    const auto present = list_routes(socket_, family, 0, kProtocol);
    if (!present) return tl::unexpected(present.error());
    for (const auto& route : routes) {
      if (route.prefix.family() != family) continue;
      const unsigned index = route.interface.empty() ? 0 : ::if_nametoindex(route.interface.c_str());
      const auto interface = interfaces->find(index);
      if (!route.interface.empty() && (interface == interfaces->end() || !interface->second.up)) continue;
      if (!stands(route, index, *present)) out.push_back(route);
    }
  }
  return out;
}

Result<std::vector<DemandInterface>> Rtnl::not_as(const std::vector<DemandInterface>& demands) {
  const auto interfaces = list_interfaces(socket_);
  if (!interfaces) return tl::unexpected(interfaces.error());
  auto addresses = all_global_addresses(socket_, "list the addresses of the demand interfaces");
  if (!addresses) return tl::unexpected(addresses.error());
  std::vector<DemandInterface> out;
  for (const auto& demand : demands) {
    const auto at = interfaces->find(::if_nametoindex(demand_interface(demand.link).c_str()));
    if (at == interfaces->end()) continue;
    const auto& is = at->second;
    const bool same = is.up && is.mtu == demand.mtu && is.queue_packets == demand.queue_packets;
    auto& present = (*addresses)[at->first];
    const bool all_there = std::is_permutation(present.begin(), present.end(), demand.stable.begin(), demand.stable.end());
    if (!same || !all_there) out.push_back(demand);
  }
  return out;
}

Result<std::vector<RouteSeen>> Rtnl::routes(Family family, std::uint32_t table) { return list_routes(socket_, family, table, 0); }

Result<std::vector<ForeignDefault>> Rtnl::foreign_defaults(const std::vector<LinkRouting>& links) {
  std::vector<RouteSeen> defaults;
  for (const auto family : {Family::v4, Family::v6}) {
    auto all = list_routes(socket_, family, kMainTable, 0);
    if (!all) {
      if (all.error().errno_value == EOPNOTSUPP || all.error().errno_value == EAFNOSUPPORT) continue;
      return tl::unexpected(all.error());
    }
    for (auto& one : *all)
      if (one.prefix.length == 0) defaults.push_back(std::move(one));
  }
  if (defaults.empty()) return std::vector<ForeignDefault>();
  const auto addresses = list_addresses(socket_);
  if (!addresses) return tl::unexpected(addresses.error());
  std::map<unsigned, std::string> names;
  for (const auto& route : defaults)
    for (const auto& hop : route.hops)
      if (std::array<char, IF_NAMESIZE> name{}; ::if_indextoname(hop.interface, name.data()) != nullptr)
        names[hop.interface] = name.data();
  return net::foreign_defaults(defaults, *addresses, names, links);
}

Result<std::map<std::string, unsigned>> Rtnl::known_links() {
  constexpr std::string_view prefix = "gd-";
  std::map<std::string, unsigned> known;
  for (const Family family : {Family::v4, Family::v6}) {
    const auto routes = list_routes(socket_, family, 0, kProtocol);
    if (!routes) {
      if (routes.error().errno_value == EOPNOTSUPP || routes.error().errno_value == EAFNOSUPPORT) continue;
      return tl::unexpected(routes.error());
    }
    for (const auto& route : *routes) {
      std::array<char, IF_NAMESIZE> name{};
      if (route.hops.empty() || ::if_indextoname(route.hops.front().interface, name.data()) == nullptr) continue;
      const std::string_view interface = name.data();
      if (interface.starts_with(prefix) && route.metric >= demand_metric(0) && route.metric < demand_metric(kRanks))
        known[std::string(interface.substr(prefix.size()))] = route.metric - demand_metric(0);
    }
  }
  return known;
}

namespace {

// A dumped object is deleted by sending it back unchanged. The kernel compares all given attributes.
std::vector<std::uint8_t> copy_of(nlmsghdr* head) {
  const auto* bytes = static_cast<const std::uint8_t*>(nlmsg_data(head));
  return {bytes, bytes + nlmsg_datalen(head)};
}

// A route by this interface that comes from an address that the far end chose, or from its advertisement.
bool is_by_the_far_end(nlmsghdr* one, unsigned index) {
  const auto* seen = static_cast<const rtmsg*>(nlmsg_data(one));
  if (seen->rtm_protocol != RTPROT_KERNEL && seen->rtm_protocol != RTPROT_RA) return false;
  if (seen->rtm_type != RTN_UNICAST || (seen->rtm_flags & RTM_F_CLONED) != 0) return false;
  nlattr* out = nlmsg_find_attr(one, sizeof *seen, RTA_OIF);
  if (out == nullptr || nla_get_u32(out) != index) return false;
  nlattr* to = nlmsg_find_attr(one, sizeof *seen, RTA_DST);
  if (seen->rtm_family != AF_INET6 || to == nullptr || nla_len(to) != 16) return true;
  const auto* bytes = static_cast<const std::uint8_t*>(nla_data(to));
  return bytes[0] != 0xff && !(bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

}  // namespace

Result<unsigned> Rtnl::remove_kernel_routes(const std::string& ifname) {
  const std::string what = "list the kernel's routes by " + ifname;
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());
  unsigned removed = 0;
  for (const Family family : {Family::v4, Family::v6}) {
    std::vector<std::vector<std::uint8_t>> found;
    rtmsg head{};
    head.rtm_family = af(family);
    head.rtm_table = RT_TABLE_MAIN;  // where the kernel puts them; other tables may be long
    auto message = make_message(RTM_GETROUTE, 0, head);
    put(*message, RTA_OIF, *index);
    const auto part = [&](nlmsghdr* one) {
      if (one->nlmsg_type == RTM_NEWROUTE && nlmsg_valid_hdr(one, sizeof(rtmsg)) && is_by_the_far_end(one, *index))
        found.push_back(copy_of(one));
    };
    if (auto ok = socket_.dump(*message, what, part, [&] { found.clear(); }); !ok) return tl::unexpected(ok.error());
    for (const auto& route : found) {
      auto removal = make_message(RTM_DELROUTE, 0, route.data(), route.size());
      auto ok = tolerate(socket_.request(*removal, "delete a kernel route by " + ifname), {ESRCH, ENODEV, ENETDOWN, ENOENT});
      if (!ok) return tl::unexpected(ok.error());
      ++removed;
    }
  }
  return removed;
}

Result<Rtnl::Flushed> Rtnl::flush() {
  Flushed flushed;
  for (const Family each : {Family::v4, Family::v6}) {
    const unsigned char family = af(each);
    // Rules first: as soon as they are gone, traffic takes the same routes as before us.
    std::vector<std::vector<std::uint8_t>> ours;
    fib_rule_hdr rule_head{};
    rule_head.family = family;
    auto rules = make_message(RTM_GETRULE, 0, rule_head);
    const auto rule_part = [&](nlmsghdr* one) {
      if (one->nlmsg_type != RTM_NEWRULE || !nlmsg_valid_hdr(one, sizeof(fib_rule_hdr))) return;
      nlattr* protocol = nlmsg_find_attr(one, sizeof(fib_rule_hdr), FRA_PROTOCOL);
      if (protocol != nullptr && nla_get_u8(protocol) == kProtocol) ours.push_back(copy_of(one));
    };
    if (auto ok = socket_.dump(*rules, "list rules", rule_part, [&] { ours.clear(); }); !ok) {
      return tl::unexpected(ok.error());
    }
    for (const auto& rule : ours) {
      auto message = make_message(RTM_DELRULE, 0, rule.data(), rule.size());
      auto ok = tolerate(socket_.request(*message, "delete a rule"), {ENOENT, ESRCH});
      if (!ok) return tl::unexpected(ok.error());
      ++flushed.rules;
    }

    ours.clear();
    rtmsg route_head{};
    route_head.rtm_family = family;
    auto routes = make_message(RTM_GETROUTE, 0, route_head);
    const auto route_part = [&](nlmsghdr* one) {
      if (one->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(one, sizeof(rtmsg))) return;
      const auto* seen = static_cast<const rtmsg*>(nlmsg_data(one));
      if (seen->rtm_protocol == kProtocol && (seen->rtm_flags & RTM_F_CLONED) == 0) ours.push_back(copy_of(one));
    };
    if (auto ok = socket_.dump(*routes, "list routes", route_part, [&] { ours.clear(); }); !ok) {
      return tl::unexpected(ok.error());
    }
    for (const auto& route : ours) {
      auto message = make_message(RTM_DELROUTE, 0, route.data(), route.size());
      auto ok = tolerate(socket_.request(*message, "delete a route"), {ESRCH, ENODEV, ENETDOWN, ENOENT});
      if (!ok) return tl::unexpected(ok.error());
      ++flushed.routes;
    }
  }
  return flushed;
}

}  // namespace ghost::net
