// SPDX-License-Identifier: GPL-2.0-or-later
// Readers of single values, shared by the tables of keys. A reader is total: it gives the value, or what is wrong with it
// as a phrase that follows `bad value "x" for Key=: `. The text is never empty: "Key=" resets and is not read.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "config/timespan.hpp"
#include "config/values.hpp"
#include "core/time.hpp"

namespace ghost::config {

template <class T>
using Parsed = tl::expected<T, std::string>;

inline tl::unexpected<std::string> no(std::string why) { return tl::unexpected(std::move(why)); }

inline Parsed<std::string> any_text(std::string_view text) { return std::string(text); }

inline Parsed<bool> boolean(std::string_view text) {
  if (const auto value = parse_bool(text)) return *value;
  return no("write yes or no");
}

template <class T>
auto number(T least, T most) {
  return [=](std::string_view text) -> Parsed<T> {
    const auto value = parse_number(text);
    if (!value || *value < least || *value > most) return no(fmt::format("not a number from {} to {}", least, most));
    return static_cast<T>(*value);
  };
}

enum class Infinity { refused, allowed };

inline auto span(core::Duration least, std::string_view least_name, Infinity infinity = Infinity::refused) {
  return [=](std::string_view text) -> Parsed<core::Duration> {
    const auto value = parse_timespan(text);
    if (!value) return no("not a time span, such as 90s, 5min or \"1h 30min\"");
    if (*value < least) return no(fmt::format("must be at least {}", least_name));
    if (*value == kForever && infinity == Infinity::refused) return no("infinity is not allowed here");
    return *value;
  };
}

// A span for which `systemctl stop` waits; a stop has its own time limit (units/, ghost-tun/main.cpp).
inline auto span_of_a_stop() {
  return [](std::string_view text) -> Parsed<core::Duration> {
    auto value = span(std::chrono::seconds(1), "1s")(text);
    if (value && *value > std::chrono::seconds(30)) return no("must be at most 30s");
    return value;
  };
}

}  // namespace ghost::config
