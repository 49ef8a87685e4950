// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the kernel what it has: rules, routes, addresses, interfaces, as values. socket is one of NETLINK_ROUTE.
#pragma once
#include <cstdint>
#include <vector>

#include "net/netlink_socket.hpp"
#include "net/routing_decode.hpp"
#include "net/rtnetlink_decode.hpp"

namespace ghost::net {

// A kernel without IPv6 refuses questions about its rules. It answers one about its routes with those of all other families.
[[nodiscard]] bool lacks_family(const Error& refusal);

// Whether the kernel was asked for this route. table 0, protocol 0: all. An older kernel does not filter, either.
[[nodiscard]] bool is_asked_for(const RouteSeen& route, Family family, std::uint32_t table, std::uint8_t protocol);

// In their order.
[[nodiscard]] Result<std::vector<RuleSeen>> list_rules(NetlinkSocket& socket, Family family);
// table 0, protocol 0: all. None if there is no such table.
[[nodiscard]] Result<std::vector<RouteSeen>> list_routes(NetlinkSocket& socket, Family family, std::uint32_t table,
                                                         std::uint8_t protocol);
[[nodiscard]] Result<std::vector<AddressSeen>> list_addresses(NetlinkSocket& socket);
[[nodiscard]] Result<std::vector<LinkSeen>> list_interfaces(NetlinkSocket& socket);

}  // namespace ghost::net
