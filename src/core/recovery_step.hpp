// SPDX-License-Identifier: GPL-2.0-or-later
// What ghost-supervisor can do about a modem that has stopped working: the steps of [Recover]. Their names are the keys' in lower
// case, in ghostd's files, on D-Bus and in the supervisor's protocol.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace ghost::core {

// The mildest first.
enum class RecoveryStep : std::uint8_t {
  hangup,  // Hangup=: the line is dropped, and AT commands are sent
  reset,   // Reset=: AT commands are sent
  usb,     // USB=: the kernel lets the device go and takes it again
  power,   // Power=: a program of the administrator's
};
inline constexpr std::array kRecoverySteps{RecoveryStep::hangup, RecoveryStep::reset, RecoveryStep::usb, RecoveryStep::power};

std::string_view to_string(RecoveryStep step);
std::optional<RecoveryStep> recovery_step_from_string(std::string_view name);

// An event of the link: the supervisor takes the step, or has taken it. It tells what is under way to a ghostd that starts, too.
struct RecoveryReport {
  struct End {
    bool ok = false;
    std::string detail{};  // one line for people, why it failed
    bool operator==(const End&) const = default;
  };
  CallSerial after;  // the call that failed before
  RecoveryStep step;
  std::optional<End> end{};  // nullopt: it is under way
  bool operator==(const RecoveryReport&) const = default;
};

}  // namespace ghost::core
