// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/words.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <utility>

namespace ghost::client {

std::string span_words(std::uint64_t usec, const char* between) {
  static constexpr std::array<std::pair<std::uint64_t, const char*>, 4> kUnits{
      {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
  std::uint64_t seconds = usec / 1'000'000;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto [size, unit] = kUnits[i];
    if (seconds < size) continue;
    std::string out = fmt::format("{}{}", seconds / size, unit);
    seconds %= size;
    if (i + 1 < kUnits.size() && seconds >= kUnits[i + 1].first)
      out += fmt::format("{}{}{}", between, seconds / kUnits[i + 1].first, kUnits[i + 1].second);
    return out;
  }
  return "0s";
}

std::string size_words(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (bytes < 1024 * 1024) return fmt::format("{} KiB", bytes / 1024);
  const auto tenths = bytes * 10 / (1024 * 1024);
  return fmt::format("{}.{} MiB", tenths / 10, tenths % 10);
}

namespace {

std::string local_time(std::uint64_t usec_since_1970, const char* format) {
  const auto seconds = static_cast<std::time_t>(usec_since_1970 / 1'000'000);
  std::tm parts{};
  if (!::localtime_r(&seconds, &parts)) return "?";
  std::array<char, 64> text{};
  const auto n = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), n};
}

}  // namespace

std::string time_words(std::uint64_t usec_since_1970, bool clock_only) {
  return local_time(usec_since_1970, clock_only ? "%H:%M:%S" : "%a %Y-%m-%d %H:%M:%S %Z");
}

std::string stamp_words(std::uint64_t usec_since_1970) { return local_time(usec_since_1970, "%Y-%m-%dT%H:%M:%S%z"); }

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace ghost::client
