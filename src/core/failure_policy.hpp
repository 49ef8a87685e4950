// SPDX-License-Identifier: GPL-2.0-or-later
// What can heal a failed call, by the reason of its end. The remedy decides when ghostd tries again, and when only a person can
// help. `ghostctl explain failures` shows the table.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/reason.hpp"

namespace ghost::core {

enum class Remedy : std::uint8_t {
  none,    // nothing is wrong: ghostd itself ended the call
  time,    // time heals it: try again after a pause that grows
  tries,   // a few spaced tries may succeed; carriers lock out hosts that try more often
  device,  // the device's return heals it: look for the device at short intervals, and never block
  file,    // a person must mend a file, and then reload: block at once
  person,  // a person must act, because each further try does harm: block at once
};
inline constexpr std::size_t kRemedies = 6;

struct FailurePolicy {
  CallEnd end;
  Remedy remedy;
  std::string_view meaning;  // one line for people: what has failed
};

// A row for each reason, in the order of CallEnd.
[[nodiscard]] std::span<const FailurePolicy> failure_policies();

// "nothing", "time", "a few tries", …
[[nodiscard]] std::string_view to_string(Remedy remedy);
// One line for people: what ghostd does.
[[nodiscard]] std::string_view what_ghostd_does(Remedy remedy);

// accepted: the far end has accepted this link's name and secret at least once. If it never has, an end while authenticating
// counts as a refusal, because some providers refuse without a word. A refusal after it accepted them in the same call (a CHAP
// challenge that is repeated) says nothing about the secret.
[[nodiscard]] Remedy remedy_of(CallEnd end, CallStage stage, bool accepted);

}  // namespace ghost::core
