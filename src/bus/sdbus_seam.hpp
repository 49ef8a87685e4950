// SPDX-License-Identifier: GPL-2.0-or-later
// sdbus-c++ 1.x takes strings where 2.x has a type for each kind of name. The generated glue fits either. Hand-written
// code uses the 2.x names, which are defined here. Only .cpp files that use sdbus-c++ include this.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <optional>
#include <string>
#include <vector>

namespace ghost::bus {

#if GHOST_SDBUS_MAJOR >= 2
using BusName = sdbus::ServiceName;
using InterfaceName = sdbus::InterfaceName;
using PropertyName = sdbus::PropertyName;
using ErrorName = sdbus::Error::Name;
using AsyncError = std::optional<sdbus::Error>;
#else
using BusName = std::string;
using InterfaceName = std::string;
using PropertyName = std::string;
using ErrorName = std::string;
using AsyncError = const sdbus::Error*;
#endif

inline std::vector<PropertyName> property_names(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

}  // namespace ghost::bus
