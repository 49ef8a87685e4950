// SPDX-License-Identifier: GPL-2.0-or-later
// Time spans as systemd.time(7) writes them: "5min", "1h 30min", "1.5s", "90" (seconds), "infinity".
#pragma once
#include <optional>
#include <string_view>

#include "core/time.hpp"

namespace ghost::config {

// What "infinity" becomes: ten years. Finite on purpose, so that now + span never overflows and a kernel timeout in
// seconds still fits 32 bits.
inline constexpr core::Duration kForever = std::chrono::hours(24 * 3652);

// nullopt for text that is not a time span, is negative, or is longer than kForever. A month is 30.44 days, a year 365.25.
std::optional<core::Duration> parse_timespan(std::string_view text);

}  // namespace ghost::config
