// SPDX-License-Identifier: GPL-2.0-or-later
// What an interface says of itself (netdevice(7)).
#pragma once
#include <string>

namespace ghost::net {

// Bytes; 1500 when there is no such interface.
[[nodiscard]] unsigned mtu_of(const std::string& ifname);

}  // namespace ghost::net
