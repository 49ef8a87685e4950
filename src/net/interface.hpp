// SPDX-License-Identifier: GPL-2.0-or-later
// Properties of an interface (netdevice(7)).
#pragma once
#include <string>

namespace ghost::net {

// Bytes; 1500 if there is no such interface.
[[nodiscard]] unsigned mtu_of(const std::string& ifname);

}  // namespace ghost::net
