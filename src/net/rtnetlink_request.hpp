// SPDX-License-Identifier: GPL-2.0-or-later
// Routes, rules and addresses as the messages that rtnetlink(7) takes. Pure; the mirror image of routing_decode.hpp.
#pragma once
#include <cstdint>

#include "net/netlink_socket.hpp"
#include "net/routing.hpp"

namespace ghost::net {

// AF_INET or AF_INET6.
[[nodiscard]] unsigned char af(Family family);

// type: RTM_NEWROUTE or RTM_DELROUTE. interface_index 0 omits the interface: unreachable, or deletion of any route to the prefix.
[[nodiscard]] NlMessage route_request(int type, int flags, const Route& route, unsigned interface_index);

// type: RTM_NEWRULE or RTM_DELRULE.
[[nodiscard]] NlMessage rule_request(int type, int flags, const Rule& rule);

// type: RTM_NEWADDR or RTM_DELADDR. v6_flags (IFA_F_*) for an IPv6 address.
[[nodiscard]] NlMessage address_request(int type, int flags, unsigned interface_index, const Prefix& address,
                                        std::uint32_t v6_flags);
// A /32 or a /128.
[[nodiscard]] Prefix alone(const IpAddress& address);

}  // namespace ghost::net
