// SPDX-License-Identifier: GPL-2.0-or-later
// Both clocks, read now.
#pragma once
#include <time.h>

#include <chrono>

#include "core/appearance_machine.hpp"
#include "loop/event_loop.hpp"

namespace ghost::daemon {

[[nodiscard]] inline core::WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

// How long the machine has slept since it was started (clock_gettime(2)).
[[nodiscard]] inline core::Duration time_asleep() {
  timespec awake{};
  ::clock_gettime(CLOCK_MONOTONIC, &awake);
  return loop::now().time_since_epoch() - std::chrono::seconds(awake.tv_sec) -
         std::chrono::duration_cast<core::Duration>(std::chrono::nanoseconds(awake.tv_nsec));
}

[[nodiscard]] inline core::Clocks clocks() { return {loop::now(), wall_now()}; }

}  // namespace ghost::daemon
