// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers as people read them. Pure.
#pragma once
#include <cstdint>
#include <string>

namespace ghost::client {

// The two largest units of systemd.time(7), truncated: "45s", "3min 20s", "2h 5min", "4d 1h". Less than a second: "0s".
// `between` separates the two; empty for a column.
std::string span_words(std::uint64_t usec, const char* between = " ");
// Rounded down, binary units: "500 B", "12 KiB", "1.5 MiB".
std::string size_words(std::uint64_t bytes);
// Local time: "Mon 2026-11-23 05:00:01 UTC", or with `clock_only` "05:00:01".
std::string time_words(std::uint64_t usec_since_1970, bool clock_only = false);
// Local time without a space: "2026-11-23T05:00:01+0000".
std::string stamp_words(std::uint64_t usec_since_1970);

// "-" for an empty text.
std::string or_dash(const std::string& text);

}  // namespace ghost::client
