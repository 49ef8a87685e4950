// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_dump.hpp"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <utility>

#include "net/rtnetlink_request.hpp"

namespace ghost::net {
namespace {

// What decode() makes of each message of the dump.
template <class Seen, class Decode>
Result<std::vector<Seen>> list(NetlinkSocket& socket, nl_msg& question, const std::string& what, Decode decode) {
  std::vector<Seen> out;
  const auto part = [&](const NetlinkMessage& one) {
    if (auto seen = decode(one)) out.push_back(std::move(*seen));
  };
  if (auto ok = socket.dump(question, what, part, [&] { out.clear(); }); !ok) return tl::unexpected(ok.error());
  return out;
}

template <class Seen>
std::optional<Seen> only(RtnetlinkNews news) {
  auto* seen = std::get_if<Seen>(&news);
  return seen == nullptr ? std::nullopt : std::optional(std::move(*seen));
}

}  // namespace

bool lacks_family(const Error& refusal) { return refusal.errno_value == EOPNOTSUPP || refusal.errno_value == EAFNOSUPPORT; }

bool is_asked_for(const RouteSeen& route, Family family, std::uint32_t table, std::uint8_t protocol) {
  return route.prefix.family() == family && (table == 0 || route.table == table) && (protocol == 0 || route.protocol == protocol);
}

Result<std::vector<RuleSeen>> list_rules(NetlinkSocket& socket, Family family) {
  fib_rule_hdr head{};
  head.family = af(family);
  auto question = make_message(RTM_GETRULE, 0, head);
  return list<RuleSeen>(socket, *question, "list rules", [](const NetlinkMessage& one) {
    return one.head.nlmsg_type == RTM_NEWRULE ? decode_rule(one.body) : std::nullopt;
  });
}

Result<std::vector<RouteSeen>> list_routes(NetlinkSocket& socket, Family family, std::uint32_t table, std::uint8_t protocol) {
  rtmsg head{};
  head.rtm_family = af(family);
  head.rtm_protocol = protocol;
  auto question = make_message(RTM_GETROUTE, 0, head);
  if (table != 0) must_fit(nla_put_u32(question.get(), RTA_TABLE, table));
  auto all = list<RouteSeen>(socket, *question, "list routes", [&](const NetlinkMessage& one) -> std::optional<RouteSeen> {
    if (one.head.nlmsg_type != RTM_NEWROUTE) return std::nullopt;
    auto seen = decode_route(one.body);
    return seen && is_asked_for(*seen, family, table, protocol) ? seen : std::nullopt;
  });
  if (!all && all.error().errno_value == ENOENT) return std::vector<RouteSeen>();  // there is no such table
  return all;
}

Result<std::vector<AddressSeen>> list_addresses(NetlinkSocket& socket) {
  auto question = make_message(RTM_GETADDR, 0, ifaddrmsg{});
  return list<AddressSeen>(socket, *question, "list addresses",
                           [](const NetlinkMessage& one) { return only<AddressSeen>(decode_news(one)); });
}

Result<std::vector<LinkSeen>> list_interfaces(NetlinkSocket& socket) {
  auto question = make_message(RTM_GETLINK, 0, ifinfomsg{});
  return list<LinkSeen>(socket, *question, "list interfaces",
                        [](const NetlinkMessage& one) { return only<LinkSeen>(decode_news(one)); });
}

}  // namespace ghost::net
