// SPDX-License-Identifier: GPL-2.0-or-later
// The two clocks, as types. Nothing here asks for the time: the loop reads the clocks, everything else is told.
#pragma once
#include <chrono>
#include <optional>

namespace ghost {

using Duration = std::chrono::microseconds;

// The clock of waits: CLOCK_BOOTTIME, which goes on while the machine sleeps (clock_gettime(2)).
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using Time = BootClock::time_point;

// The clock of people: CLOCK_REALTIME, which may be set.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

// "infinity" must not wrap around.
constexpr Time after(Time t, Duration d) { return d > Time::max() - t ? Time::max() : t + d; }

// Of two deadlines; nullopt: there is none.
constexpr std::optional<Time> sooner(std::optional<Time> a, std::optional<Time> b) {
  if (!a || !b) return a ? a : b;
  return *a < *b ? a : b;
}

}  // namespace ghost
