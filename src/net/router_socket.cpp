// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/router_socket.hpp"

#include <linux/filter.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/numbers.hpp"

namespace ghost::net {
namespace {

constexpr std::size_t kMessageMax = 4096;  // an advertisement is not fragmented (RFC 6980), and far shorter
constexpr int kUnforwarded = 255;

// The socket's filter sees the ICMPv6 message; SKF_NET_OFF is where its IPv6 header begins (filter.rst of the kernel).
constexpr std::uint32_t kNetworkHeader = static_cast<std::uint32_t>(SKF_NET_OFF);
constexpr std::uint32_t kAncillary = static_cast<std::uint32_t>(SKF_AD_OFF);
constexpr std::uint32_t kHopLimit = 7;
const std::array<sock_filter, 8> kFilter = {{
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_ROUTER_ADVERT, 0, 5),
    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kNetworkHeader + kHopLimit),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kUnforwarded, 0, 3),
    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, kAncillary + SKF_AD_HATYPE),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPHRD_PPP, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, kMessageMax),
    BPF_STMT(BPF_RET | BPF_K, 0),
}};

template <class T>
bool set(const UniqueFd& fd, int level, int option, const T& value) {
  return ::setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

template <class T>
std::optional<T> ancillary(msghdr& message, int type) {
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr; one = CMSG_NXTHDR(&message, one)) {
    if (one->cmsg_level != IPPROTO_IPV6 || one->cmsg_type != type || one->cmsg_len < CMSG_LEN(sizeof(T))) continue;
    T value;
    std::memcpy(&value, CMSG_DATA(one), sizeof value);
    return value;
  }
  return std::nullopt;
}

}  // namespace

Result<UniqueFd> open_router_socket() {
  const std::string what = "open a socket for router advertisements";
  UniqueFd fd(::socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6));
  if (!fd) return failure(errno, what);
  // Set before the first message is accepted, and locked, so that the later owner of the socket cannot change it.
  const sock_fprog filter{.len = kFilter.size(), .filter = const_cast<sock_filter*>(kFilter.data())};
  icmp6_filter types;
  ICMP6_FILTER_SETBLOCKALL(&types);
  ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &types);
  // For sending: the hop limit that proves the message comes from the link itself, and a place ahead of the handover's queue.
  if (!set(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter) || !set(fd, SOL_SOCKET, SO_LOCK_FILTER, 1) ||
      !set(fd, IPPROTO_ICMPV6, ICMP6_FILTER, types) || !set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ||
      !set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) || !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kUnforwarded) ||
      !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) || !set(fd, SOL_SOCKET, SO_PRIORITY, kReplayPriority))
    return failure(errno, what);
  return fd;
}

Result<void> RouterSocket::solicit(unsigned interface_index) {
  // RFC 4861 §4.1. The kernel computes the checksum; a PPP link has no link-layer address to tell.
  nd_router_solicit solicitation{};
  solicitation.nd_rs_hdr.icmp6_type = ND_ROUTER_SOLICIT;
  sockaddr_in6 all_routers{};
  all_routers.sin6_family = AF_INET6;
  all_routers.sin6_addr = {{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}};
  all_routers.sin6_scope_id = interface_index;
  if (::sendto(fd_.get(), &solicitation, sizeof solicitation, 0, reinterpret_cast<const sockaddr*>(&all_routers),
               sizeof all_routers) < 0)
    return failure(errno, "send a router solicitation");
  return {};
}

std::optional<RouterSocket::Heard> RouterSocket::read() {
  Heard heard;
  heard.bytes.resize(kMessageMax);
  for (;;) {
    sockaddr_in6 from{};
    iovec data{.iov_base = heard.bytes.data(), .iov_len = heard.bytes.size()};
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(fd_.get(), &message, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    const auto arrived = ancillary<in6_pktinfo>(message, IPV6_PKTINFO);
    const auto hop_limit = ancillary<int>(message, IPV6_HOPLIMIT);
    const auto source = IpAddress::from_bytes({reinterpret_cast<const std::uint8_t*>(&from.sin6_addr), sizeof from.sin6_addr});
    if (!arrived || !hop_limit || !source || (message.msg_flags & MSG_TRUNC) != 0) continue;
    heard.interface_index = arrived->ipi6_ifindex;
    heard.source = *source;
    heard.hop_limit = *hop_limit;
    heard.bytes.resize(static_cast<std::size_t>(size));
    return heard;
  }
}

}  // namespace ghost::net
