// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/backoff.hpp"

#include <algorithm>

namespace ghost::core {
namespace {

constexpr std::uint64_t kSteps = 1024;  // from -20 % to +20 %

// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

Duration redial_delay(const CallConfig& call, unsigned failures) {
  Duration delay = call.redial_delay;
  for (unsigned i = 1; i < failures && delay < call.redial_delay_max; ++i) delay += delay / 2;
  return std::min(delay, call.redial_delay_max);
}

Duration Jitter::spread(Duration delay) {
  if (!spreads_) return delay;
  const auto fifth = delay / 5;
  return delay - fifth + 2 * fifth / kSteps * static_cast<Duration::rep>(next(state_) % (kSteps + 1));
}

}  // namespace ghost::core
