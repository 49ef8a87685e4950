// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_decode.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <optional>

#include "net/netlink_message.hpp"

namespace ghost::net {
namespace {

RtnetlinkNews decode_link(Bytes body, bool removed) {
  const auto parts = parts_of<ifinfomsg>(body);
  if (!parts) return Malformed{};
  const auto* info = &parts->header;
  LinkSeen seen{.index = static_cast<unsigned>(info->ifi_index),
                .name = {},
                .up = (info->ifi_flags & IFF_UP) != 0,
                .running = (info->ifi_flags & IFF_RUNNING) != 0,
                .removed = removed};
  const bool sound = for_each_attribute(parts->attributes, [&](int type, Bytes value) {
    if (type == IFLA_IFNAME) {
      seen.name = text(value);
      return !seen.name.empty() && seen.name.size() < IFNAMSIZ;
    }
    if (type == IFLA_MTU) seen.mtu = take<std::uint32_t>(value).value_or(0);
    if (type == IFLA_TXQLEN) seen.queue_packets = take<std::uint32_t>(value).value_or(0);
    return true;
  });
  // AF_BRIDGE sends RTM_NEWLINK and RTM_DELLINK about ports: the interface of a port that leaves its bridge still
  // exists.
  if (sound && info->ifi_family != AF_UNSPEC) return Nothing{};
  if (!sound || info->ifi_index <= 0 || seen.name.empty()) return Malformed{};
  return seen;
}

RtnetlinkNews decode_address(Bytes body, bool removed) {
  const auto parts = parts_of<ifaddrmsg>(body);
  if (!parts) return Malformed{};
  const auto* info = &parts->header;
  std::optional<IpAddress> local;
  std::optional<IpAddress> peer;
  std::uint32_t flags = info->ifa_flags;
  const std::size_t length = info->ifa_family == AF_INET ? 4 : 16;
  const bool sound = for_each_attribute(parts->attributes, [&](int type, Bytes value) {
    if (type == IFA_FLAGS) {  // 32 bits; the header's field has only the lower 8
      const auto wide = take<std::uint32_t>(value);
      flags = wide.value_or(flags);
      return wide.has_value();
    }
    if (type != IFA_LOCAL && type != IFA_ADDRESS) return true;
    auto& which = type == IFA_LOCAL ? local : peer;
    which = value.size() == length ? IpAddress::from_bytes(value) : std::nullopt;
    return which.has_value();
  });
  if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6) return Nothing{};
  if (!sound || (!local && !peer) || info->ifa_index == 0 || info->ifa_prefixlen > length * 8) return Malformed{};
  return AddressSeen{.index = info->ifa_index,
                     .local = local ? *local : *peer,
                     .peer = peer ? *peer : *local,
                     .prefix_length = info->ifa_prefixlen,
                     .global = info->ifa_scope == RT_SCOPE_UNIVERSE,
                     .link_local = info->ifa_family == AF_INET6 && info->ifa_scope == RT_SCOPE_LINK,
                     .tentative = info->ifa_family == AF_INET6 && (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 &&
                                  (flags & IFA_F_OPTIMISTIC) == 0,
                     .removed = removed};
}

}  // namespace

RtnetlinkNews decode_news(const NetlinkMessage& message) {
  switch (message.head.nlmsg_type) {
    case NLMSG_DONE: return DumpDone{};
    case RTM_NEWLINK: return decode_link(message.body, false);
    case RTM_DELLINK: return decode_link(message.body, true);
    case RTM_NEWADDR: return decode_address(message.body, false);
    case RTM_DELADDR: return decode_address(message.body, true);
    default: return Nothing{};
  }
}

Decoded decode_rtnetlink(Bytes datagram) {
  Bytes left = datagram;
  const auto message = take_message(left);
  if (!message) return {.news = Malformed{}, .consumed = datagram.size()};
  Decoded out{.news = Nothing{},
              .consumed = datagram.size() - left.size(),
              .dump_interrupted = (message->head.nlmsg_flags & NLM_F_DUMP_INTR) != 0};
  if (message->head.nlmsg_type != NLMSG_ERROR) {
    out.news = decode_news(*message);
    return out;
  }
  const auto error = take<std::int32_t>(message->body);
  if (!error || *error > 0 || *error < -4095) out.news = Malformed{};
  else out.error = -*error;
  return out;
}

}  // namespace ghost::net
