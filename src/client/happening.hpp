// SPDX-License-Identifier: GPL-2.0-or-later
// A change of a link, as Client::watch() tells it.
#pragma once
#include <string>
#include <vector>

#include "bus/link_properties.hpp"

namespace ghost::client {

struct Happening {
  std::string event;  // "link" (as it was found), "added", "changed", "removed", "ghostd-gone", "ghostd-back", "bus-gone"
  bus::LinkProperties link;
  std::vector<std::string> changed;  // D-Bus names, of "changed"
};

}  // namespace ghost::client
