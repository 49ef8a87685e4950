// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <string>

#include "base/time.hpp"

namespace ghost::systemd {

// A timer that elapses once. systemd makes it from these, and unloads it when it has elapsed.
struct TransientTimer {
  WallTime at{};
  std::string name;  // NAME.timer, which starts NAME.service
  std::string description;
  std::string spec;     // `at` in the syntax of systemd.time(7)
  std::string part_of;  // stopped together with this unit
  bool wake_system = false;
  bool operator==(const TransientTimer&) const = default;
};

}  // namespace ghost::systemd
