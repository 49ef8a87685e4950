// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "core/notice.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Both clocks, read together. Waits use CLOCK_BOOTTIME (now); notices and schedules use CLOCK_REALTIME (wall).
struct Clocks {
  Time now{};
  WallTime wall{};
  bool operator==(const Clocks&) const = default;
};

// Changes only when somebody sets the real-time clock.
[[nodiscard]] inline WallTime::duration offset_of(const Clocks& clocks) {
  return clocks.wall.time_since_epoch() - std::chrono::duration_cast<WallTime::duration>(clocks.now.time_since_epoch());
}

}  // namespace ghost::core
