// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/timespan.hpp"

#include <array>
#include <utility>

namespace ghost::config {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

// systemd.time(7), "Parsing Time Spans". Both micro signs: U+00B5 and the Greek letter U+03BC.
// clang-format off
constexpr std::array<std::pair<std::string_view, std::int64_t>, 31> kUnits{{
    {"usec", 1},           {"us", 1},           {"\xc2\xb5s", 1},   {"\xce\xbcs", 1},
    {"msec", 1000},        {"ms", 1000},        {"seconds", kSecond}, {"second", kSecond},
    {"sec", kSecond},      {"s", kSecond},      {"minutes", 60 * kSecond}, {"minute", 60 * kSecond},
    {"min", 60 * kSecond}, {"m", 60 * kSecond}, {"hours", 3600 * kSecond}, {"hour", 3600 * kSecond},
    {"hr", 3600 * kSecond}, {"h", 3600 * kSecond}, {"days", kDay}, {"day", kDay},
    {"d", kDay},           {"weeks", 7 * kDay}, {"week", 7 * kDay}, {"w", 7 * kDay},
    {"months", 2'629'800 * kSecond}, {"month", 2'629'800 * kSecond}, {"M", 2'629'800 * kSecond},
    {"years", 31'557'600 * kSecond}, {"year", 31'557'600 * kSecond}, {"y", 31'557'600 * kSecond},
    {"", kSecond},
}};
// clang-format on

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view take_while(std::string_view& text, bool (*wanted)(char)) {
  std::size_t n = 0;
  while (n < text.size() && wanted(text[n])) ++n;
  const auto taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

std::optional<std::int64_t> unit_length(std::string_view name) {
  for (const auto& [unit, length] : kUnits)
    if (unit == name) return length;
  return std::nullopt;
}

// One "1.5 h"; at most kForever.
std::optional<std::int64_t> take_component(std::string_view& text) {
  const auto whole = take_while(text, is_digit);
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_while(text, is_digit);
    if (fraction.empty()) return std::nullopt;
  } else if (whole.empty()) {
    return std::nullopt;
  }
  take_while(text, is_blank);
  const auto name = take_while(text, [](char c) { return !is_digit(c) && !is_blank(c) && c != '.'; });
  const auto unit = unit_length(name);
  if (!unit || (name.empty() && !text.empty() && text.front() == '.')) return std::nullopt;  // "5.5.5"

  constexpr std::int64_t kMost = kForever.count();
  std::int64_t value = 0;
  for (const char c : whole) {
    value = value * 10 + (c - '0');
    if (value > kMost) return std::nullopt;
  }
  if (value > kMost / *unit) return std::nullopt;
  value *= *unit;
  std::int64_t place = *unit;
  for (const char c : fraction) {
    place /= 10;
    value += (c - '0') * place;
  }
  return value;
}

}  // namespace

std::optional<core::Duration> parse_timespan(std::string_view text) {
  take_while(text, is_blank);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text == "infinity") return kForever;
  if (text.empty()) return std::nullopt;
  std::int64_t sum = 0;
  while (!text.empty()) {
    const auto component = take_component(text);
    if (!component) return std::nullopt;
    sum += *component;
    if (sum > kForever.count()) return std::nullopt;
    take_while(text, is_blank);
  }
  return core::Duration(sum);
}

}  // namespace ghost::config
