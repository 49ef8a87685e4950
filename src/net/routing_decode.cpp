// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing_decode.hpp"

#include <linux/fib_rules.h>

#include "net/address_kind.hpp"
#include "net/netlink_message.hpp"

namespace ghost::net {
namespace {

std::optional<Family> family_of(unsigned char af) {
  switch (af) {
    case AF_INET: return Family::v4;
    case AF_INET6: return Family::v6;
    default: return std::nullopt;
  }
}

IpAddress any(Family family) { return default_prefix(family).address; }

// An address of that family, nothing else.
bool read_address(Bytes value, Family family, std::optional<IpAddress>& into) {
  into = IpAddress::from_bytes(value);
  return into && into->family() == family;
}

bool read_number(Bytes value, std::uint32_t& into) {
  const auto number = take<std::uint32_t>(value);
  if (number) into = *number;
  return number.has_value();
}

// RTA_MULTIPATH: rtnexthop after rtnexthop, each with attributes of its own.
bool read_hops(Bytes value, Family family, std::vector<RouteSeen::Hop>& hops) {
  while (!value.empty()) {
    const auto head = take<rtnexthop>(value);
    if (!head || head->rtnh_len < sizeof(rtnexthop) || head->rtnh_len > value.size()) return false;
    RouteSeen::Hop hop{.interface = static_cast<unsigned>(head->rtnh_ifindex), .gateway = {}};
    const Bytes attributes = value.subspan(sizeof(rtnexthop), head->rtnh_len - sizeof(rtnexthop));
    const bool sound = for_each_attribute(
        attributes, [&](int type, Bytes one) { return type != RTA_GATEWAY || read_address(one, family, hop.gateway); });
    if (!sound) return false;
    hops.push_back(hop);
    value = rest(value, RTNH_ALIGN(head->rtnh_len));
  }
  return true;
}

}  // namespace

std::optional<RouteSeen> decode_route(std::span<const std::uint8_t> body) {
  const auto parts = parts_of<rtmsg>(body);
  if (!parts || (parts->header.rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
  const auto* head = &parts->header;
  const auto family = family_of(head->rtm_family);
  if (!family || head->rtm_dst_len > longest(*family)) return std::nullopt;
  RouteSeen seen;
  seen.prefix = {any(*family), head->rtm_dst_len};
  seen.table = head->rtm_table;
  seen.protocol = head->rtm_protocol;
  seen.unicast = head->rtm_type == RTN_UNICAST;
  seen.prohibits = head->rtm_type == RTN_UNREACHABLE;
  RouteSeen::Hop hop;
  const bool sound = for_each_attribute(parts->attributes, [&](int type, Bytes value) {
    switch (type) {
      case RTA_DST: {
        std::optional<IpAddress> network;
        if (!read_address(value, *family, network)) return false;
        seen.prefix.address = *network;
        return true;
      }
      case RTA_TABLE: return read_number(value, seen.table);
      case RTA_PRIORITY: return read_number(value, seen.metric);
      case RTA_OIF: return read_number(value, hop.interface);
      case RTA_GATEWAY: return read_address(value, *family, hop.gateway);
      case RTA_PREFSRC: return read_address(value, *family, seen.source);
      case RTA_MULTIPATH: return read_hops(value, *family, seen.hops);
      default: return true;
    }
  });
  if (!sound) return std::nullopt;
  if (hop.interface != 0 && seen.hops.empty()) seen.hops.push_back(hop);
  return seen;
}

std::optional<RuleSeen> decode_rule(std::span<const std::uint8_t> body) {
  const auto parts = parts_of<fib_rule_hdr>(body);
  if (!parts) return std::nullopt;
  const auto* head = &parts->header;
  const auto family = family_of(head->family);
  if (!family || head->src_len > longest(*family)) return std::nullopt;
  RuleSeen seen;
  seen.rule.family = *family;
  seen.rule.table = head->table;
  seen.rule.invert = (head->flags & FIB_RULE_INVERT) != 0;
  seen.more = head->action != FR_ACT_TO_TBL || head->dst_len != 0 || head->tos != 0;
  if (head->src_len != 0) seen.rule.from = Prefix{any(*family), head->src_len};
  const bool sound = for_each_attribute(parts->attributes, [&](int type, Bytes value) {
    switch (type) {
      case FRA_PAD: return true;
      case FRA_PRIORITY: return read_number(value, seen.rule.preference);
      case FRA_TABLE: return read_number(value, seen.rule.table);
      case FRA_PROTOCOL: seen.protocol = value.empty() ? std::uint8_t{0} : value[0]; return !value.empty();
      case FRA_SUPPRESS_PREFIXLEN: {
        std::uint32_t length = 0;
        if (!read_number(value, length)) return false;
        if (length != ~std::uint32_t{0}) seen.rule.suppress_len = length;  // all ones: nothing is suppressed
        return true;
      }
      case FRA_SRC: {
        std::optional<IpAddress> address;
        if (!read_address(value, *family, address) || !seen.rule.from) return false;
        seen.rule.from->address = *address;
        return true;
      }
      default: seen.more = true; return true;
    }
  });
  if (!sound) return std::nullopt;
  return seen;
}

}  // namespace ghost::net
