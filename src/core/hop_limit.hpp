// SPDX-License-Identifier: GPL-2.0-or-later
// A packet that waited for its call is forwarded once more than its sender meant: out of the demand interface, back in,
// and on through the PPP interface. That costs a hop. It is given back beforehand, so that the far end, and a traceroute,
// see the packet as it was sent.
#pragma once
#include <cstdint>
#include <span>

namespace ghost::core {

// Adds one to the TTL (RFC 791) and mends the header checksum by the difference (RFC 1624, equation 3), or adds one to
// the IPv6 hop limit (RFC 8200). In place. Total: bytes that are no IP header, and a limit of 255, stay as they are.
void give_back_hop(std::span<std::uint8_t> packet);

}  // namespace ghost::core
