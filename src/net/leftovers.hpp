// SPDX-License-Identifier: GPL-2.0-or-later
// Objects in the kernel that ghostd has no memory of. Those of an earlier ghostd have its marks. The kernel has made others from
// what a far end said. socket is one of NETLINK_ROUTE.
#pragma once
#include <map>
#include <string>

#include "net/netlink_socket.hpp"

namespace ghost::net {

// The interfaces into which demand routes of an earlier ghostd lead, with the rank of each link. Only the kernel remembers these
// ranks.
[[nodiscard]] Result<std::map<std::string, unsigned>> known_ranks(NetlinkSocket& socket);

// Deletes every route and rule, of both families, that carries our protocol number: after a crash, and at
// the end.
struct Flushed {
  unsigned routes = 0;
  unsigned rules = 0;
  bool operator==(const Flushed&) const = default;
};
[[nodiscard]] Result<Flushed> flush(NetlinkSocket& socket);

// Removes the routes by this interface that the kernel made from addresses or from router advertisements
// (RTPROT_KERNEL, RTPROT_RA): to a far end, to a prefix. Those to the link itself (fe80::/10, multicast) stay, and so do
// routes that another program made on purpose. Returns their number.
[[nodiscard]] Result<unsigned> remove_kernel_routes(NetlinkSocket& socket, const std::string& ifname);

}  // namespace ghost::net
