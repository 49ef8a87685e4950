// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/recovery_step.hpp"

namespace ghost::core {

std::string_view to_string(RecoveryStep step) {
  switch (step) {
    case RecoveryStep::hangup: return "hangup";
    case RecoveryStep::reset: return "reset";
    case RecoveryStep::usb: return "usb";
    case RecoveryStep::power: return "power";
  }
  return {};
}

std::optional<RecoveryStep> recovery_step_from_string(std::string_view name) {
  for (const auto step : kRecoverySteps)
    if (to_string(step) == name) return step;
  return std::nullopt;
}

}  // namespace ghost::core
