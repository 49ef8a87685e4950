// SPDX-License-Identifier: GPL-2.0-or-later
// Whether other hosts can reach an address that a provider gave.
#pragma once
#include "base/address.hpp"

namespace ghost::core {

// True for the addresses that carriers use behind their NAT: RFC 1918, RFC 6598 (100.64.0.0/10); for IPv6 RFC 4193 (fc00::/7).
bool behind_carrier_nat(const IpAddress& address);

}  // namespace ghost::core
