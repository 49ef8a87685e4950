// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/wall_text.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <string_view>

namespace ghost::announce {
namespace {

struct Local {
  std::tm tm{};
  char sign = '+';
  long hours = 0;
  long minutes = 0;
};

Local local(core::WallTime time) {
  Local out;
  const std::time_t seconds = unix_seconds(time);
  ::localtime_r(&seconds, &out.tm);
  const long offset = out.tm.tm_gmtoff / 60;
  out.sign = offset < 0 ? '-' : '+';
  out.hours = (offset < 0 ? -offset : offset) / 60;
  out.minutes = (offset < 0 ? -offset : offset) % 60;
  return out;
}

}  // namespace

std::int64_t unix_seconds(core::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string rfc3339(core::WallTime time) {
  const auto l = local(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", l.tm.tm_year + 1900, l.tm.tm_mon + 1, l.tm.tm_mday,
                     l.tm.tm_hour, l.tm.tm_min, l.tm.tm_sec, l.sign, l.hours, l.minutes);
}

std::string rfc5322(core::WallTime time) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto l = local(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}", kDays.at(static_cast<std::size_t>(l.tm.tm_wday)),
                     l.tm.tm_mday, kMonths.at(static_cast<std::size_t>(l.tm.tm_mon)), l.tm.tm_year + 1900, l.tm.tm_hour,
                     l.tm.tm_min, l.tm.tm_sec, l.sign, l.hours, l.minutes);
}

}  // namespace ghost::announce
