// SPDX-License-Identifier: GPL-2.0-or-later
// IPv6 addresses on the interface of a call, as autoconfiguration decides. socket is one of NETLINK_ROUTE.
#pragma once
#include <cstdint>

#include "base/address.hpp"
#include "net/netlink_socket.hpp"

namespace ghost::net {

// Sets the address for this number of seconds (0xffffffff: for ever), or gives an existing one new lifetimes. It sets only a
// /128, and no route to any prefix.
[[nodiscard]] Result<void> give_address(NetlinkSocket& socket, unsigned interface_index, const IpAddress& address,
                                        std::uint32_t preferred, std::uint32_t valid);
[[nodiscard]] Result<void> take_address(NetlinkSocket& socket, unsigned interface_index, const IpAddress& address);

}  // namespace ghost::net
