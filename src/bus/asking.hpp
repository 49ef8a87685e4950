// SPDX-License-Identifier: GPL-2.0-or-later
// How ghostd asks another service for something that polkit must allow, and that ghostd can do without. It never waits for the answer.
// After a refusal it asks again, after pauses that grow. Private to src/bus and to whom names the default patience.
#pragma once
#include <algorithm>
#include <string_view>

#include "core/time.hpp"

namespace ghost::bus {

inline constexpr core::Duration kAskPatience = std::chrono::seconds(10);  // for an answer
inline constexpr core::Duration kFirstPause = std::chrono::seconds(2);    // after a refusal; doubles
inline constexpr core::Duration kLongestPause = std::chrono::seconds(60);

[[nodiscard]] inline core::Duration next_pause(core::Duration pause, core::Duration first) {
  return std::clamp(2 * pause, first, kLongestPause);
}

// Whether this D-Bus error says that polkit refused, or that there is no polkit to ask.
[[nodiscard]] inline bool is_refusal(std::string_view error) {
  return error == "org.freedesktop.DBus.Error.AccessDenied" || error == "org.freedesktop.DBus.Error.AuthFailed" ||
         error == "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
}

}  // namespace ghost::bus
