// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ladder.hpp"

#include <algorithm>

namespace ghost::core {
namespace {

constexpr Duration kDay = 24h;

// The step after `last`, or `last` again if it is the strongest that is configured.
std::optional<RecoveryStep> next_step(const RecoverConfig& config, std::optional<RecoveryStep> last) {
  std::optional<RecoveryStep> strongest;
  for (const auto step : kRecoverySteps) {
    if (!config.has(step)) continue;
    if (!last || step > *last) return step;
    strongest = step;
  }
  return strongest;
}

}  // namespace

std::optional<RecoveryStep> Ladder::add(const RecoverConfig& config, CallEnd end, CallStage stage, Time now) {
  const auto step = next_step(config, past_.last);
  if (std::find(config.reasons.begin(), config.reasons.end(), end) == config.reasons.end()) {
    if (end == CallEnd::Busy || stage > CallStage::connecting) this->end();
    return std::nullopt;
  }
  if (!step) return std::nullopt;
  past_.failed = std::min(past_.failed + 1, config.after);
  // A time to come is of a clock that was put back meanwhile. It counts as now.
  for (auto& taken : past_.taken) taken = std::min(taken, now);
  std::erase_if(past_.taken, [&](Time taken) { return now - taken >= kDay; });
  if (past_.failed < config.after || past_.taken.size() >= config.per_day) return std::nullopt;
  past_.failed = 0;
  past_.last = step;
  past_.taken.push_back(now);
  return step;
}

void Ladder::end() {
  past_.failed = 0;
  past_.last.reset();
}

unsigned Ladder::today(Time now) const {
  return static_cast<unsigned>(
      std::count_if(past_.taken.begin(), past_.taken.end(), [&](Time taken) { return now - taken < kDay; }));
}

}  // namespace ghost::core
