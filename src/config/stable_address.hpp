// SPDX-License-Identifier: GPL-2.0-or-later
// Default stable addresses, for links without Address=. Pure: the machine id and the taken addresses are arguments.
// docs/adr/0001-default-stable-addresses.md has the reasons.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "base/address.hpp"

namespace ghost::config {

// An id of this machine for this purpose: sd_id128_get_machine_app_specific(3), never the machine id itself, which must
// not be shown to the net.
using MachineId = std::array<std::uint8_t, 16>;

// The next IPv4 address that is not in `taken`: 192.0.0.2 to 192.0.0.6 (RFC 7335), then 198.19.103.1 to 198.19.103.254
// (RFC 2544). The Internet routes neither (RFC 6890). nullopt when all 259 are taken.
std::optional<IpAddress> next_default_address(const std::set<IpAddress>& taken);

// The link's unique local address (RFC 4193): fd, a 40-bit global id that is the machine's, subnet 0, and 64 bits that
// are the link's. The same machine and name always give the same address.
IpAddress unique_local_address(const MachineId& machine, std::string_view link);

}  // namespace ghost::config
