// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "base/address.hpp"

namespace ghost {

// Of a text that is known to be an address.
inline IpAddress ip(const char* text) { return *IpAddress::parse(text); }

}  // namespace ghost
