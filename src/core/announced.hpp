// SPDX-License-Identifier: GPL-2.0-or-later
// A stop of ghostd, or a sleep of the machine, that has been announced. A link that a reload adds meanwhile learns of it here.
// The other links have been told when it was announced.
#pragma once
#include <optional>
#include <vector>

#include "core/link_event.hpp"
#include "core/time.hpp"

namespace ghost::core {

class Announced {
 public:
  void stop(Time now) { stop_until_ = after(now, LeaveAsked{}.patience); }
  void sleep(Time now) { sleep_until_ = after(now, SleepAsked{}.patience); }
  // The machine has slept, or the sleep was called off.
  void woke() { sleep_until_.reset(); }

  // For a link that comes now.
  [[nodiscard]] std::vector<Event> still(Time now) const {
    std::vector<Event> out;
    if (stop_until_ && now < *stop_until_) out.emplace_back(LeaveAsked{*stop_until_ - now});
    if (sleep_until_ && now < *sleep_until_) out.emplace_back(SleepAsked{*sleep_until_ - now});
    return out;
  }

 private:
  std::optional<Time> stop_until_, sleep_until_;
};

}  // namespace ghost::core
