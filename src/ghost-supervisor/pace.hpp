// SPDX-License-Identifier: GPL-2.0-or-later
// How often something is said that others can cause at will: a few lines at once, later one per interval. What was left out is
// counted, and the next line tells the count. A value; the caller knows the time.
#pragma once
#include <cstddef>
#include <optional>

#include "core/time.hpp"

namespace ghost::supervisor {

class Pace {
 public:
  constexpr Pace(std::size_t at_once, core::Duration interval) : at_once_(at_once), interval_(interval), left_(at_once) {}

  // nullopt: do not say it. Otherwise the number of those that were not said since the last line.
  [[nodiscard]] std::optional<std::size_t> admit(core::Time now);

 private:
  std::size_t at_once_;
  core::Duration interval_;
  std::size_t left_;    // lines that may be said now
  core::Time since_{};  // when left_ last grew
  std::size_t unsaid_ = 0;
};

}  // namespace ghost::supervisor
