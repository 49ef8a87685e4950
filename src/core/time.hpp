// SPDX-License-Identifier: GPL-2.0-or-later
// Time is an argument. The core never asks for it; it is handed a CLOCK_BOOTTIME reading with every event.
#pragma once
#include <chrono>
#include <optional>

namespace ghost::core {

using Duration = std::chrono::microseconds;

// The clock of waits: CLOCK_BOOTTIME, which goes on while the machine sleeps (clock_gettime(2)). It has no now() on
// purpose: the loop reads the clock, the core is told.
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using Time = BootClock::time_point;

// "infinity" must not wrap around.
constexpr Time after(Time t, Duration d) { return d > Time::max() - t ? Time::max() : t + d; }

// Of two deadlines; nullopt: there is none.
constexpr std::optional<Time> sooner(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return *a < *b ? a : b;
}

}  // namespace ghost::core
