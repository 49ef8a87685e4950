// SPDX-License-Identifier: GPL-2.0-or-later
// What a router does with a packet that is larger than the next link's MTU. It fragments the packet if it may, and otherwise
// tells the sender. RFC 791 §2.3 and 3.2, RFC 1191, RFC 1812 §4.3 and 5.2.7, RFC 4443 §2.4 and 3.2. Pure and total.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.hpp"

namespace ghost::core {

// True: IPv4 without DF. The sender of any other packet that is too big must be told.
[[nodiscard]] bool may_be_fragmented(std::span<const std::uint8_t> packet);

// An IPv4 packet as fragments of at most `mtu` bytes each, in order. A fragment is fragmented further. Empty: the MTU has no room
// for a header and eight bytes, or the packet does not match its header.
[[nodiscard]] std::vector<std::vector<std::uint8_t>> fragment(std::span<const std::uint8_t> packet, unsigned mtu);

// "Fragmentation needed" (ICMP type 3, code 4, with the MTU) or "packet too big" (ICMPv6 type 2) for the packet's sender. It is a
// whole packet from `router`, an address of the packet's family. nullopt: no sender may be told (an ICMP error, a later fragment,
// a group as the sender).
[[nodiscard]] std::optional<std::vector<std::uint8_t>> too_big_answer(std::span<const std::uint8_t> packet, unsigned mtu,
                                                                      const IpAddress& router);

}  // namespace ghost::core
