// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/watch.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "net/netlink_message.hpp"
#include "net/numbers.hpp"
#include "net/routing_decode.hpp"
#include "net/ruleset.hpp"

namespace ghost::net {
namespace {

// Calls each(message) for the messages of a datagram, up to the first that contradicts itself.
template <class Each>
void for_each_message(Bytes datagram, Each each) {
  while (const auto message = take_message(datagram)) each(*message);
}

void hear_route(const NetlinkMessage& message, Heard& heard) {
  const auto route = decode_route(message.body);
  if (!route) return;
  // A route that replaces ours is reported with the newcomer's protocol, and the loss of ours is not reported.
  // A route from a router advertisement tells that a call's interface accepts them again; the kernel does not report that setting.
  const bool advertised = route->protocol == RTPROT_RA ||
                          (route->protocol == RTPROT_KERNEL && route->prefix.family() == Family::v6);
  if (route->protocol == kProtocol || advertised || (message.head.nlmsg_flags & NLM_F_REPLACE) != 0) heard.routes = true;
  if (route->protocol != kProtocol && route->table == kMainTable && route->prefix.length == 0) heard.defaults = true;
}

}  // namespace

void hear_routing(std::span<const std::uint8_t> datagram, Heard& heard) {
  for_each_message(datagram, [&](const NetlinkMessage& message) {
    switch (message.head.nlmsg_type) {
      case RTM_NEWRULE:
      case RTM_DELRULE: heard.rules = true; return;
      case RTM_NEWROUTE:
      case RTM_DELROUTE: hear_route(message, heard); return;
      // An interface that goes down silently removes IPv4 routes. An address silently removes those that name it as their source.
      case RTM_NEWLINK:
      case RTM_DELLINK: heard.links = heard.routes = heard.defaults = true; return;
      case RTM_NEWADDR:
      case RTM_DELADDR: heard.addresses = heard.routes = heard.defaults = true; return;
      case RTM_NEWNETCONF:
      case RTM_DELNETCONF: heard.settings = true; return;
      case RTM_NEWQDISC:
      case RTM_DELQDISC: heard.queues = true; return;
      default: return;
    }
  });
}

void TableHearing::hear(std::span<const std::uint8_t> datagram, Heard& heard) {
  for_each_message(datagram, [&](const NetlinkMessage& message) {
    if (NFNL_SUBSYS_ID(message.head.nlmsg_type) != NFNL_SUBSYS_NFTABLES) return;
    const auto parts = parts_of<nfgenmsg>(message.body);
    if (!parts) return;
    if (NFNL_MSG_TYPE(message.head.nlmsg_type) != NFT_MSG_NEWGEN) {
      // The table's name is the first attribute of all kinds of objects.
      static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 && NFTA_SET_TABLE == 1 &&
                    NFTA_SET_ELEM_LIST_TABLE == 1 && NFTA_OBJ_TABLE == 1);
      if (parts->header.nfgen_family != NFPROTO_INET) return;
      for_each_attribute(parts->attributes, [&](int type, Bytes value) {
        if (type == 1 && text(value) == kTable) touched_ = true;
        return true;
      });
      return;
    }
    std::uint32_t pid = 0;
    std::string name;
    for_each_attribute(parts->attributes, [&](int type, Bytes value) {
      if (type == NFTA_GEN_PROC_PID) pid = ntohl(take<std::uint32_t>(value).value_or(0));
      if (type == NFTA_GEN_PROC_NAME) name = text(value);
      return true;
    });
    if (!std::exchange(touched_, false) || pid == own_pid_) return;
    heard.table = true;
    heard.by = fmt::format("{} (process {})", name, pid);
  });
}

namespace {

Result<UniqueFd> subscribe(int protocol, std::initializer_list<int> groups) {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  if (!fd) return failure(errno, "open a netlink socket");
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) < 0) return failure(errno, "bind a netlink socket");
  for (const int group : groups)
    if (::setsockopt(fd.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
      return failure(errno, fmt::format("subscribe to netlink group {} of {}", group, protocol));
  return fd;
}

// Passes each datagram of the kernel to hear(). False: some were lost.
template <class Hear>
Result<bool> drain(int fd, Hear hear) {
  std::array<std::uint8_t, 32768> buffer{};
  bool whole = true;
  for (;;) {
    sockaddr_nl from{};
    socklen_t length = sizeof from;
    const ssize_t n = ::recvfrom(fd, buffer.data(), buffer.size(), MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &length);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return whole;
      if (errno != ENOBUFS) return failure(errno, "receive netlink notifications");
      whole = false;
      continue;
    }
    if (from.nl_pid != 0) continue;
    if (static_cast<std::size_t>(n) > buffer.size()) whole = false;
    else hear(Bytes(buffer.data(), static_cast<std::size_t>(n)));
  }
}

}  // namespace

Watch::Watch(UniqueFd routing, UniqueFd table)
    : routing_(std::move(routing)), table_(std::move(table)), hearing_(static_cast<std::uint32_t>(::getpid())) {}

Result<Watch> Watch::open() {
  auto routing = subscribe(NETLINK_ROUTE,
                           {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
                            RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF, RTNLGRP_TC});
  if (!routing) return tl::unexpected(routing.error());
  auto table = subscribe(NETLINK_NETFILTER, {NFNLGRP_NFTABLES});
  if (!table) return tl::unexpected(table.error());
  return Watch(std::move(*routing), std::move(*table));
}

Result<Heard> Watch::read() {
  Heard heard;
  const auto routing = drain(routing_.get(), [&](Bytes bytes) { hear_routing(bytes, heard); });
  if (!routing) return tl::unexpected(routing.error());
  const auto table = drain(table_.get(), [&](Bytes bytes) { hearing_.hear(bytes, heard); });
  if (!table) return tl::unexpected(table.error());
  if (!*routing || !*table) heard.everything();
  return heard;
}

}  // namespace ghost::net
