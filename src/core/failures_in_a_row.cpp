// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failures_in_a_row.hpp"

#include <algorithm>

namespace ghost::core {
namespace {

// A try without the device costs no call, so the link is up soon after the device's return.
constexpr Duration kDevicePause = 30s;

}  // namespace

FailuresInARow::Sequel FailuresInARow::add(const CallConfig& call, CallEnd end, CallStage stage) {
  if (stage > CallStage::authenticating) accepted();
  const auto remedy = remedy_of(end, stage, acceptance_.ever);
  ++row_.failed;
  const auto pause = [&](Duration delay) { return Sequel{jitter_.spread(delay), end}; };
  const auto no_pause = [&](CallEnd reason) { return Sequel{std::nullopt, reason}; };
  switch (remedy) {
    case Remedy::device: return pause(std::min(redial_delay(call, ++row_.devices), kDevicePause));
    case Remedy::file:
    case Remedy::person: return no_pause(end);
    case Remedy::tries:
      ++acceptance_.refused;
      if (acceptance_.refused >= call.refused_attempts) return no_pause(CallEnd::AuthFailed);
      break;
    case Remedy::none:  // ghostd ended a call that had gone wrong
    case Remedy::time: ++row_.timed; break;
  }
  if (call.redial_attempts != 0 && row_.failed - row_.devices >= call.redial_attempts) return no_pause(end);
  return pause(remedy == Remedy::tries ? call.refused_delay : redial_delay(call, row_.timed));
}

FailuresInARow::Sequel FailuresInARow::add_drop(const CallConfig& call, CallEnd drop, CallStage stage, bool good) {
  if (!good) return add(call, drop, stage);
  end();
  const auto remedy = remedy_of(drop, stage, true);
  if (remedy != Remedy::time && remedy != Remedy::none) return add(call, drop, stage);
  return {jitter_.spread(redial_delay(call, 1)), drop};
}

void FailuresInARow::forgive() {
  end();
  acceptance_.refused = 0;
}

void FailuresInARow::forget() {
  end();
  acceptance_ = {};
}

void FailuresInARow::one_more_try(const CallConfig& call) {
  end();
  acceptance_.refused = std::min(acceptance_.refused, call.refused_attempts - 1);
}

}  // namespace ghost::core
