// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/leftovers.hpp"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <array>
#include <cerrno>
#include <functional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "net/address_kind.hpp"
#include "net/interface.hpp"
#include "net/numbers.hpp"
#include "net/rtnetlink_dump.hpp"
#include "net/rtnetlink_request.hpp"

namespace ghost::net {
namespace {

struct Kind {
  std::uint16_t shown;  // the type of a dump's messages
  int removal;
  const char* name;  // for people
};
constexpr Kind kRule{RTM_NEWRULE, RTM_DELRULE, "rule"};
constexpr Kind kRoute{RTM_NEWROUTE, RTM_DELROUTE, "route"};

// Removes what the question finds and is_meant() chooses, and counts it. A dumped object is deleted by sending it back
// unchanged: the kernel compares all given attributes.
Result<unsigned> remove_those(NetlinkSocket& socket, const Kind& kind, nl_msg& question, const std::string& what,
                              const std::function<bool(Bytes body)>& is_meant) {
  std::vector<std::vector<std::uint8_t>> found;
  const auto part = [&](const NetlinkMessage& one) {
    if (one.head.nlmsg_type == kind.shown && is_meant(one.body)) found.emplace_back(one.body.begin(), one.body.end());
  };
  if (auto ok = socket.dump(question, what, part, [&] { found.clear(); }); !ok) return tl::unexpected(ok.error());
  for (const auto& one : found) {
    auto removal = make_message(kind.removal, 0, one.data(), one.size());
    auto ok = tolerate(socket.request(*removal, std::string("delete a ") + kind.name), {ESRCH, ENODEV, ENETDOWN, ENOENT});
    if (!ok) return tl::unexpected(ok.error());
  }
  return static_cast<unsigned>(found.size());
}

bool is_our_rule(Bytes body) {
  const auto rule = parts_of<fib_rule_hdr>(body);
  return rule && take<std::uint8_t>(find_attribute(rule->attributes, FRA_PROTOCOL).value_or(Bytes())) == kProtocol;
}

// Asked for routes of a family that it lacks, the kernel answers with those of all others.
bool is_our_route(Bytes body, unsigned char family) {
  const auto head = take<rtmsg>(body);
  return head && head->rtm_family == family && head->rtm_protocol == kProtocol && (head->rtm_flags & RTM_F_CLONED) == 0;
}

// Whether its metric is a rank. A default route in main is a standby link's, whose metric a person has chosen.
bool says_rank(const RouteSeen& route, std::string_view interface) {
  return interface.starts_with(kDemandPrefix) && !(route.table == kMainTable && route.prefix.length == 0) &&
         route.metric >= demand_metric(0) && route.metric < demand_metric(kRanks);
}

// A route by this interface that comes from an address that the far end chose, or from its advertisement.
bool is_by_the_far_end(const RouteSeen& route, unsigned index) {
  if (route.protocol != RTPROT_KERNEL && route.protocol != RTPROT_RA) return false;
  if (!route.unicast || route.hops.size() != 1 || route.hops[0].interface != index) return false;
  const auto& to = route.prefix.address;
  return !(to.family() == Family::v6 && (to.bytes()[0] == 0xff || is_link_local(to)));
}

}  // namespace

Result<std::map<std::string, unsigned>> known_ranks(NetlinkSocket& socket) {
  std::map<std::string, unsigned> known;
  for (const Family family : {Family::v4, Family::v6}) {
    const auto routes = list_routes(socket, family, 0, kProtocol);
    if (!routes) {
      if (lacks_family(routes.error())) continue;
      return tl::unexpected(routes.error());
    }
    for (const auto& route : *routes) {
      std::array<char, IF_NAMESIZE> name{};
      if (route.hops.empty() || ::if_indextoname(route.hops.front().interface, name.data()) == nullptr) continue;
      if (route.table >= linger_table(0) && route.table < linger_table(kRanks))
        known[name.data()] = route.table - linger_table(0);
      else if (says_rank(route, name.data())) known[name.data()] = route.metric - demand_metric(0);
    }
  }
  return known;
}

Result<Flushed> flush(NetlinkSocket& socket, std::span<const unsigned char> families) {
  Flushed flushed;
  for (const auto family : families) {
    // Rules first: as soon as they are gone, traffic takes the same routes as before us.
    fib_rule_hdr rule_head{};
    rule_head.family = family;
    const auto rules = remove_those(socket, kRule, *make_message(RTM_GETRULE, 0, rule_head), "list rules", is_our_rule);
    if (!rules && !lacks_family(rules.error())) return tl::unexpected(rules.error());
    flushed.rules += rules.value_or(0);

    rtmsg route_head{};
    route_head.rtm_family = family;
    const auto routes = remove_those(socket, kRoute, *make_message(RTM_GETROUTE, 0, route_head), "list routes",
                                     [&](Bytes body) { return is_our_route(body, family); });
    if (!routes) return tl::unexpected(routes.error());
    flushed.routes += *routes;
  }
  return flushed;
}

Result<unsigned> remove_kernel_routes(NetlinkSocket& socket, const std::string& ifname) {
  const std::string what = "list the kernel's routes by " + ifname;
  const auto index = index_of(ifname, what);
  if (!index) return tl::unexpected(index.error());
  unsigned removed = 0;
  for (const Family family : {Family::v4, Family::v6}) {
    rtmsg head{};
    head.rtm_family = af(family);
    head.rtm_table = RT_TABLE_MAIN;  // where the kernel puts them; other tables may be long
    auto question = make_message(RTM_GETROUTE, 0, head);
    must_fit(nla_put_u32(question.get(), RTA_OIF, *index));
    const auto done = remove_those(socket, kRoute, *question, what, [&](Bytes body) {
      const auto route = decode_route(body);
      return route && route->prefix.family() == family && is_by_the_far_end(*route, *index);
    });
    if (!done) return tl::unexpected(done.error());
    removed += *done;
  }
  return removed;
}

}  // namespace ghost::net
