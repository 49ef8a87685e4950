// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/window.hpp"

#include <array>
#include <optional>

#include "config/values.hpp"

namespace ghost::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

// 0: Sunday. The first three letters, or all of them.
std::optional<unsigned> weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> kNames{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
  std::string word(text);
  for (auto& c : word) c = lower(c);
  for (unsigned i = 0; i < kNames.size(); ++i)
    if (word == kNames[i] || word == kNames[i].substr(0, 3)) return i;
  return std::nullopt;
}

Parsed<std::uint8_t> days(std::string_view item) {
  const auto dots = item.find("..");
  const auto first = weekday(item.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : weekday(item.substr(dots + 2));
  if (!first || !last) return no(fmt::format("{} is neither a day nor a range of days such as Mon..Fri", item));
  unsigned mask = 1U << *first;
  for (auto day = *first; day != *last;) {
    day = (day + 1) % 7;
    mask |= 1U << day;
  }
  return static_cast<std::uint8_t>(mask);
}

std::optional<minutes> time_of_day(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > 2 || text.size() - colon != 3) return std::nullopt;
  const auto hour = parse_number(text.substr(0, colon));
  const auto minute = parse_number(text.substr(colon + 1));
  if (!hour || !minute || *hour > 24 || *minute > 59 || (*hour == 24 && *minute != 0)) return std::nullopt;
  return minutes(*hour * 60 + *minute);
}

}  // namespace

Parsed<core::Window> parse_window(std::string_view text) {
  auto items = split_list(text);
  if (items.empty()) return no("the list is empty");
  const auto hours = items.back();
  items.pop_back();
  const auto dash = hours.find('-');
  const auto from = time_of_day(hours.substr(0, dash));
  const auto to = dash == std::string_view::npos ? std::nullopt : time_of_day(hours.substr(dash + 1));
  if (!from || !to) return no(fmt::format("{} is not a range of hours such as 07:00-18:00", hours));
  if (*to <= *from) return no(fmt::format("{} must end later than it begins, on the same day", hours));
  core::Window out{items.empty() ? std::uint8_t{0x7f} : std::uint8_t{0}, *from, *to};
  for (const auto item : items) {
    const auto mask = days(item);
    if (!mask) return no(mask.error());
    out.days = static_cast<std::uint8_t>(out.days | *mask);
  }
  return out;
}

Parsed<Every> parse_every(std::string_view text) {
  const auto one = span(1s, "1s");
  const auto dash = text.find('-');
  const auto least = one(trim(text.substr(0, dash)));
  if (!least) return no(least.error());
  if (dash == std::string_view::npos) return Every{*least, *least};
  const auto most = one(trim(text.substr(dash + 1)));
  if (!most) return no(most.error());
  if (*most < *least) return no("the first time is longer than the second; swap them");
  return Every{*least, *most};
}

}  // namespace ghost::config
