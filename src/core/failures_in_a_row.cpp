// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failures_in_a_row.hpp"

#include <algorithm>

namespace ghost::core {
namespace {

// A try without the device costs no call, so the link is up soon after the device's return.
constexpr Duration kDevicePause = 30s;
constexpr Duration kShort = 5min;  // of a call: as long as it takes until a person has done something with it
constexpr unsigned kReturns = 3;

}  // namespace

FailuresInARow::Sequel FailuresInARow::add(const CallConfig& call, CallEnd end, CallStage stage, Tried way) {
  if (stage > CallStage::authenticating) way.far_end.accept();
  const auto remedy = remedy_of(end, stage, way.far_end.ever);
  ++row_.failed;
  row_.cost_a_call = remedy != Remedy::device;
  bool out = false;
  const auto pause = [&](Duration delay) { return Sequel{jitter_.spread(delay), end, out}; };
  const auto no_pause = [&] { return Sequel{std::nullopt, end, out}; };
  switch (remedy) {
    case Remedy::device: return pause(std::min(redial_delay(call, ++row_.devices), kDevicePause));
    case Remedy::person: return no_pause();
    case Remedy::file:
      out = true;
      if (!way.another) return no_pause();
      ++row_.timed;
      break;
    case Remedy::tries:
      ++way.far_end.refused;
      if (way.far_end.refused < call.refused_attempts) break;
      out = true;
      end = CallEnd::AuthFailed;
      if (!way.another) return no_pause();
      break;
    case Remedy::none:  // ghostd ended a call that had gone wrong
    case Remedy::time: ++row_.timed; break;
  }
  if (call.redial_attempts != 0 && row_.failed - row_.devices >= call.redial_attempts) return no_pause();
  return pause(remedy == Remedy::tries ? call.refused_delay : redial_delay(call, row_.timed));
}

FailuresInARow::Sequel FailuresInARow::add_drop(const CallConfig& call, CallEnd drop, CallStage stage, Tried way, bool good,
                                                Duration carried) {
  if (!good) return add(call, drop, stage, way);
  proved_good();
  const auto remedy = remedy_of(drop, stage, true);
  if (remedy != Remedy::time && remedy != Remedy::none) return add(call, drop, stage, way);
  row_.drops = carried < kShort ? row_.drops + 1 : 1;
  if (carried >= kShort) row_.returns = 0;
  row_.cost_a_call = true;
  return {jitter_.spread(redial_delay(call, row_.drops)), drop};
}

bool FailuresInARow::device_returned() {
  if (!row_.cost_a_call) return true;
  if (row_.returns >= kReturns) return false;
  ++row_.returns;
  return true;
}

}  // namespace ghost::core
