// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <string>

namespace ghost::config {
namespace {

// Levenshtein's distance, letter case ignored.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

bool plain_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._-+@:").find(c) != std::string_view::npos;
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<bool> parse_bool(std::string_view text) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), lower);
  for (const auto* yes : {"1", "yes", "y", "true", "t", "on"})
    if (word == yes) return true;
  for (const auto* no : {"0", "no", "n", "false", "f", "off"})
    if (word == no) return false;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (!text.empty()) {
    switch (text.back()) {
      case 'K': shift = 10; break;
      case 'M': shift = 20; break;
      case 'G': shift = 30; break;
      default: break;
    }
    if (shift != 0) text.remove_suffix(1);
  }
  const auto value = parse_number(trim(text));
  if (!value || *value > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return *value << shift;
}

std::vector<std::string_view> split_list(std::string_view text) {
  constexpr std::string_view kSeparators = " \t,";
  std::vector<std::string_view> items;
  for (auto begin = text.find_first_not_of(kSeparators); begin != std::string_view::npos;) {
    const auto end = text.find_first_of(kSeparators, begin);
    items.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kSeparators, end);
  }
  return items;
}

std::string_view nearest(std::string_view written, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = std::min<std::size_t>(3, written.size() / 2) + 1;
  if (written.size() > 64) return best;  // not a typing error, and the cost of the distance grows with the square
  for (const auto candidate : candidates)
    if (const auto d = distance(written, candidate); d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  return best;
}

bool is_plain_word(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '.' && std::all_of(text.begin(), text.end(), plain_char);
}

bool is_absolute_path(std::string_view text) {
  if (text.size() < 2 || text.front() != '/' || text.back() == '/') return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c == '/' || plain_char(c); })) return false;
  const auto with_end = std::string(text) + "/";
  return with_end.find("/../") == std::string::npos;
}

}  // namespace ghost::config
