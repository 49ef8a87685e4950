// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/carrier_nat.hpp"

#include <algorithm>
#include <array>

namespace ghost::core {

bool behind_carrier_nat(const IpAddress& address) {
  static const std::array prefixes{*Prefix::parse("10.0.0.0/8"), *Prefix::parse("172.16.0.0/12"),
                                   *Prefix::parse("192.168.0.0/16"), *Prefix::parse("100.64.0.0/10"), *Prefix::parse("fc00::/7")};
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const Prefix& p) { return p.contains(address); });
}

}  // namespace ghost::core
