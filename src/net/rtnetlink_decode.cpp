// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_decode.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <optional>

#include "net/netlink_bytes.hpp"

namespace ghost::net {
namespace {

RtnetlinkNews decode_link(Bytes body, bool removed) {
  const auto info = take<ifinfomsg>(body);
  if (!info) return Malformed{};
  LinkSeen seen{.index = static_cast<unsigned>(info->ifi_index),
                .name = {},
                .up = (info->ifi_flags & IFF_UP) != 0,
                .running = (info->ifi_flags & IFF_RUNNING) != 0,
                .removed = removed};
  const bool sound = for_each_attribute(rest(body, NLMSG_ALIGN(sizeof(ifinfomsg))), [&](int type, Bytes value) {
    if (type == IFLA_IFNAME) {
      seen.name.assign(value.begin(), std::find(value.begin(), value.end(), 0));
      return !seen.name.empty() && seen.name.size() < IFNAMSIZ;
    }
    return true;
  });
  // AF_BRIDGE sends RTM_NEWLINK and RTM_DELLINK about ports: the interface of a port that leaves its bridge still
  // exists.
  if (sound && info->ifi_family != AF_UNSPEC) return Nothing{};
  if (!sound || info->ifi_index <= 0 || seen.name.empty()) return Malformed{};
  return seen;
}

RtnetlinkNews decode_address(Bytes body, bool removed) {
  const auto info = take<ifaddrmsg>(body);
  if (!info) return Malformed{};
  std::optional<IpAddress> local;
  std::optional<IpAddress> peer;
  std::uint32_t flags = info->ifa_flags;
  const std::size_t length = info->ifa_family == AF_INET ? 4 : 16;
  const bool sound = for_each_attribute(rest(body, NLMSG_ALIGN(sizeof(ifaddrmsg))), [&](int type, Bytes value) {
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

Decoded decode_rtnetlink(Bytes bytes) {
  const auto head = take<nlmsghdr>(bytes);
  if (!head || head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > bytes.size()) {
    return {.news = Malformed{}, .consumed = bytes.size()};
  }
  const Bytes body = bytes.subspan(sizeof(nlmsghdr), head->nlmsg_len - sizeof(nlmsghdr));
  Decoded out{.news = Nothing{},
              .consumed = std::min<std::size_t>(NLMSG_ALIGN(head->nlmsg_len), bytes.size()),
              .dump_interrupted = (head->nlmsg_flags & NLM_F_DUMP_INTR) != 0};
  switch (head->nlmsg_type) {
    case NLMSG_DONE: out.news = DumpDone{}; break;
    case NLMSG_ERROR: {
      const auto error = take<std::int32_t>(body);
      if (!error || *error > 0 || *error < -4095) out.news = Malformed{};
      else out.error = -*error;
      break;
    }
    case RTM_NEWLINK: out.news = decode_link(body, false); break;
    case RTM_DELLINK: out.news = decode_link(body, true); break;
    case RTM_NEWADDR: out.news = decode_address(body, false); break;
    case RTM_DELADDR: out.news = decode_address(body, true); break;
    default: break;
  }
  return out;
}

}  // namespace ghost::net
