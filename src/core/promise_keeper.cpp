// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/promise_keeper.hpp"

#include <utility>

namespace ghost::core {

std::optional<AskTimer> PromiseKeeper::time_passed(WallTime now) {
  if (!alarm_ || now < *alarm_) return std::nullopt;
  alarm_.reset();
  return AskTimer{TimerQuestion::keep_promise};
}

bool PromiseKeeper::see(const TimerSeen& timer) {
  const auto now = timer.active ? Timer::active : Timer::stopped;
  return std::exchange(timer_, now) != now;
}

bool PromiseKeeper::keep(const LinkMemory& memory, const AppearConfig& config, bool link_up, WallTime now) {
  const bool timers_own = !config.window && memory.promise && memory.promise == memory.timer_next && *memory.promise <= now;
  if (timers_own && link_up) return false;
  next_ = timers_own ? NextElapse::awaited : NextElapse::told;
  return true;
}

bool PromiseKeeper::next_told() { return std::exchange(next_, NextElapse::told) == NextElapse::awaited; }

}  // namespace ghost::core
