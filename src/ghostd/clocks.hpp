// SPDX-License-Identifier: GPL-2.0-or-later
// Both clocks, read now.
#pragma once
#include <chrono>

#include "core/appearance_machine.hpp"
#include "loop/event_loop.hpp"

namespace ghost::daemon {

[[nodiscard]] inline core::WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

[[nodiscard]] inline core::Clocks clocks() { return {loop::now(), wall_now()}; }

}  // namespace ghost::daemon
