// SPDX-License-Identifier: GPL-2.0-or-later
// How long a link waits before it dials again after failures in a row. Each delay is one and a half times as long as the one
// before, from RedialDelay= up to RedialDelayMax=. So the latest delay is about a third of the time that the fault has lasted.
// Jitter spreads the delays, so that many links or machines that failed together do not redial together.
#pragma once
#include <cstdint>

#include "core/config.hpp"

namespace ghost::core {

// `failures` counts the failed calls in a row, the latest included. For 0 and 1 the result is the first delay.
Duration redial_delay(const CallConfig& call, unsigned failures);

// Makes a delay longer or shorter, by a fifth at most. The numbers follow from the seed, so a run can be repeated.
class Jitter {
 public:
  Jitter() = default;  // leaves each delay as it is
  explicit Jitter(std::uint64_t seed) : state_(seed), spreads_(true) {}

  [[nodiscard]] Duration spread(Duration delay);
  // The longest that a delay can become.
  [[nodiscard]] static constexpr Duration most(Duration delay) { return delay + delay / 5; }

  bool operator==(const Jitter&) const = default;

 private:
  std::uint64_t state_ = 0;
  bool spreads_ = false;
};

}  // namespace ghost::core
