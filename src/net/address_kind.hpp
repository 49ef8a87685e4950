// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel takes an address for.
#pragma once
#include <cstdint>

#include "base/address.hpp"

namespace ghost::net {

// The bits of an address; also the length of a prefix that has one address.
constexpr std::uint8_t longest(Family family) { return family == Family::v4 ? 32 : 128; }

// fe80::/10. Every IPv6 interface has one of its own, in the same prefix.
inline bool is_link_local(const IpAddress& address) {
  const auto bytes = address.bytes();
  return address.family() == Family::v6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

}  // namespace ghost::net
