// SPDX-License-Identifier: GPL-2.0-or-later
// The end of an attempt, on the clock that also runs while the machine sleeps. Everything that waits asks for the remaining time.
#pragma once
#include <algorithm>
#include <chrono>
#include <ctime>

#include "core/time.hpp"

namespace ghost::announce {

class Deadline {
 public:
  explicit Deadline(core::Duration from_now) : begun_(now()), end_(begun_ + from_now) {}
  // The sooner of the two.
  [[nodiscard]] Deadline within(core::Duration from_now) const {
    Deadline sooner(from_now);
    sooner.end_ = std::min(sooner.end_, end_);
    return sooner;
  }
  [[nodiscard]] core::Duration left() const { return std::max(end_ - now(), core::Duration::zero()); }
  [[nodiscard]] core::Duration elapsed() const { return now() - begun_; }
  [[nodiscard]] bool over() const { return left() == core::Duration::zero(); }
  // For poll(2) and curl: rounded up, so that 0 means over.
  [[nodiscard]] int milliseconds() const {
    return static_cast<int>(std::min<std::chrono::milliseconds::rep>(std::chrono::ceil<std::chrono::milliseconds>(left()).count(),
                                                                     24L * 3600 * 1000));
  }

 private:
  static core::Time now() {
    std::timespec t{};
    ::clock_gettime(CLOCK_BOOTTIME, &t);
    return core::Time(std::chrono::seconds(t.tv_sec) + std::chrono::floor<core::Duration>(std::chrono::nanoseconds(t.tv_nsec)));
  }
  core::Time begun_;
  core::Time end_;
};

}  // namespace ghost::announce
