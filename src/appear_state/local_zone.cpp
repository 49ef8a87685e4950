// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/local_zone.hpp"

#include <ctime>

namespace ghost::appear_state {

core::Zone local_zone() {
  return [](core::WallTime t) {
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
    ::tzset();  // localtime_r need not
    std::tm local{};
    // It fails for years that do not fit an int; those are UTC.
    if (::localtime_r(&seconds, &local) == nullptr) return std::chrono::seconds(0);
    return std::chrono::seconds(local.tm_gmtoff);
  };
}

}  // namespace ghost::appear_state
