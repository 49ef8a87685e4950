// SPDX-License-Identifier: GPL-2.0-or-later
// Objects in the kernel that ghostd has no memory of. Those of an earlier ghostd have its marks. The kernel has made others from
// what a far end said. socket is one of NETLINK_ROUTE.
#pragma once
#include <sys/socket.h>

#include <array>
#include <map>
#include <span>
#include <string>

#include "net/netlink_socket.hpp"

namespace ghost::net {

// The ranks that links had with an earlier ghostd, which only the kernel remembers. A first link's rank is under its demand
// interface, because the metric of the routes there says it. A standby link's is under its call's interface: it is the number of the
// table in which the call's conversations stay.
[[nodiscard]] Result<std::map<std::string, unsigned>> known_ranks(NetlinkSocket& socket);

// Deletes every route and rule of these address families that carries our protocol number: after a crash, and at
// the end. A family that the kernel lacks has none.
struct Flushed {
  unsigned routes = 0;
  unsigned rules = 0;
  bool operator==(const Flushed&) const = default;
};
inline constexpr std::array<unsigned char, 2> kFamilies{AF_INET, AF_INET6};
[[nodiscard]] Result<Flushed> flush(NetlinkSocket& socket, std::span<const unsigned char> families = kFamilies);

// Removes the routes by this interface that the kernel made from addresses or from router advertisements
// (RTPROT_KERNEL, RTPROT_RA): to a far end, to a prefix. Those to the link itself (fe80::/10, multicast) stay, and so do
// routes that another program made on purpose. Returns their number.
[[nodiscard]] Result<unsigned> remove_kernel_routes(NetlinkSocket& socket, const std::string& ifname);

}  // namespace ghost::net
