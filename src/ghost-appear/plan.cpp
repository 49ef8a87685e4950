// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-appear/plan.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace ghost::appear {
namespace {

using namespace std::chrono_literals;

std::tm utc(core::WallTime at) {
  return fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at)));
}
std::int64_t fraction(core::WallTime at) { return (at - std::chrono::floor<std::chrono::seconds>(at)).count(); }

std::string timer_name(const std::string& link, core::WallTime at) {
  return fmt::format("ghost-appear-next@{}:{:%Y%m%dT%H%M%S}{}Z.timer", link, utc(at),
                     fraction(at) ? fmt::format(".{:06}", fraction(at)) : "");
}

}  // namespace

std::string calendar_timer(const std::string& link) { return fmt::format("ghost-appear@{}.timer", link); }
std::string timer_pattern(const std::string& link) { return fmt::format("ghost-appear-next@{}:*.timer", link); }
std::string link_of(const std::string& instance) { return instance.substr(0, instance.find(':')); }

std::string calendar_spec(core::WallTime at) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}{} UTC", utc(at), fraction(at) ? fmt::format(".{:06}", fraction(at)) : "");
}

Plan plan(const std::string& link, std::optional<core::WallTime> next, bool wake_system, std::optional<core::WallTime> timer_next,
          const std::vector<std::string>& standing, core::WallTime now, Ticked ticked) {
  Plan out;
  std::string wanted;
  if (next && next != timer_next) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const bool too_soon = ticked == Ticked::by_the_chain ? *next < whole + kDistance : *next <= now;
    const auto at = too_soon ? core::WallTime(whole + (ticked == Ticked::by_the_chain ? kDistance : 2s)) : *next;
    wanted = timer_name(link, at);
    if (std::find(standing.begin(), standing.end(), wanted) == standing.end())
      out.arm = {.at = at,
                 .name = wanted,
                 .description = fmt::format("The next appearance of link {}", link),
                 .spec = calendar_spec(at),
                 .part_of = calendar_timer(link),
                 .wake_system = wake_system};
  }
  for (const auto& unit : standing)
    if (unit != wanted) out.stop.push_back(unit);
  return out;
}

core::Duration patience(core::WallTime now, std::optional<core::WallTime> next) {
  constexpr core::Duration kLongest = 10min;
  if (!next) return kLongest;
  return std::clamp(core::Duration(*next - now - 2s), core::Duration::zero(), kLongest);
}

}  // namespace ghost::appear
