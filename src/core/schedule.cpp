// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/schedule.hpp"

namespace ghost::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr auto kEarly = 1s;    // a tick may come so much before its time: timers and clocks have grains
constexpr auto kOnTime = 1min;  // and so much after it without being a thing of the past
constexpr auto kServiceMayBeLate = 15min;  // that a timer has started (ghost-appear-day@.service, TimeoutStartSec=)

bool has_come(WallTime promise, WallTime now) { return promise <= now + kEarly; }

// No window is one that always lasts, but begins and ends nowhere: two moments are never in the same.
bool may_be(const AppearConfig& config, const Zone& zone, WallTime t) {
  return !config.window || in_window(*config.window, zone, t) || in_window(*config.window, zone, t + kEarly);
}

bool same_occurrence(const AppearConfig& config, const Zone& zone, WallTime now, WallTime other) {
  if (!config.window) return false;
  auto span = window_at(*config.window, zone, now);
  if (!span) span = window_at(*config.window, zone, now + kEarly);
  return span && span->contains(other);
}

std::optional<WallTime> useful(std::optional<WallTime> timer_next, WallTime now, const AppearConfig& config,
                               const Zone& zone) {
  if (timer_next && !has_come(*timer_next, now) && may_be(config, zone, *timer_next)) return timer_next;
  return std::nullopt;
}

}  // namespace

WallTime local_moment(std::chrono::sys_days day, std::chrono::minutes since_midnight, const Zone& zone) {
  const WallTime local(day.time_since_epoch() + since_midnight);  // as if it were UTC
  const auto before = zone(local - 24h);  // offsets are less than a day, and never change twice in two
  const auto after = zone(local + 24h);
  const auto by_before = local - before;
  if (before == after || zone(by_before) == before) return by_before;
  const auto by_after = local - after;
  if (zone(by_after) == after) return by_after;
  auto early = by_after;  // skipped: somewhere between the two the clock was put forward
  auto late = by_before;
  while (late - early > 1s) {
    const auto middle = std::chrono::floor<seconds>(early + (late - early) / 2);
    (zone(middle) == before ? early : late) = middle;
  }
  return late;
}

std::optional<WallSpan> window_at(const Window& window, const Zone& zone, WallTime t) {
  const auto today = std::chrono::floor<std::chrono::days>(t + zone(t));
  if ((window.days >> std::chrono::weekday(today).c_encoding() & 1U) == 0) return std::nullopt;
  const WallSpan span{local_moment(today, window.from, zone), local_moment(today, window.to, zone)};
  if (!span.contains(t)) return std::nullopt;
  return span;
}

std::optional<WallTime> next_in_chain(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random) {
  if (!config.window) return std::nullopt;
  auto span = window_at(*config.window, zone, now);
  if (!span) span = window_at(*config.window, zone, now + kEarly);
  if (!span) return std::nullopt;
  const auto first = std::chrono::ceil<seconds>(now + config.every_min);
  const auto last = std::chrono::floor<seconds>(now + config.every_max);
  const auto choices = last < first ? 1 : static_cast<std::uint64_t>((last - first).count()) + 1;
  const WallTime next = first + seconds(random(choices));
  if (!span->contains(next)) return std::nullopt;
  return next;
}

std::optional<WallTime> promise_after(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random,
                                      std::optional<WallTime> timer_next) {
  if (const auto next = next_in_chain(now, config, zone, random)) return next;
  return useful(timer_next, now, config, zone);
}

std::string_view to_string(TickKind kind) {
  switch (kind) {
    case TickKind::calendar: return "calendar";
    case TickKind::chain: return "chain";
    case TickKind::resume: return "resume";
  }
  return {};
}

std::optional<TickKind> parse_tick_kind(std::string_view word) {
  for (const auto kind : {TickKind::calendar, TickKind::chain, TickKind::resume})
    if (word == to_string(kind)) return kind;
  return std::nullopt;
}

std::string_view to_string(TickVerdict verdict) {
  switch (verdict) {
    case TickVerdict::day_begins: return "the timer's time";
    case TickVerdict::promised: return "promised for now";
    case TickVerdict::made_up_for: return "promised for earlier";
    case TickVerdict::once_more: return "the last one was cut short";
    case TickVerdict::promise_ahead: return "promised for later";
    case TickVerdict::under_way: return "under way";
    case TickVerdict::outside_window: return "outside the window";
    case TickVerdict::no_promise: return "nothing was promised";
  }
  return {};
}

std::optional<WallTime> next_standing(WallTime now, const Standing& standing, const AppearConfig& config,
                                      const Zone& zone, std::optional<WallTime> timer_next) {
  if (standing.promise && !has_come(*standing.promise, now)) return standing.promise;
  return useful(timer_next, now, config, zone);
}

Due decide(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone,
           const Random& random, std::optional<WallTime> timer_next) {
  const auto& [promise, granted, cut_short, present, elapse] = standing;
  const auto yes = [&](TickVerdict why) {
    const auto next = promise_after(now, config, zone, random, timer_next);
    return Due{true, why, next, next};
  };
  // The promise stays written down even if it can't be kept any more: the clock may have been wrong, and be put right.
  const auto no = [&](TickVerdict why) {
    return Due{false, why, standing.promise, next_standing(now, standing, config, zone, timer_next)};
  };
  const auto this_window = [&](WallTime t) { return same_occurrence(config, zone, now, t); };

  const bool come = promise && has_come(*promise, now);
  const bool ahead = promise && !come;
  if (come && now - *promise <= kOnTime) return yes(TickVerdict::promised);
  if (!may_be(config, zone, now)) return no(TickVerdict::outside_window);
  // Without a window there is one appearance to each elapse of the timer: that one's was, and the next one is not known yet.
  const bool served = !config.window && granted && elapse && has_come(*elapse, now) && *granted >= *elapse - kEarly;

  switch (kind) {
    case TickKind::calendar:
      if (ahead && this_window(*promise)) return no(TickVerdict::promise_ahead);
      // After a boot the resume and the timer's making up for what it missed come together. If that was a window's last
      // appearance, the promise is another day's already. And whoever keeps a promise that is the timer's own elapse does so
      // before the timer's service comes to tell when it elapses next.
      if (granted && *granted <= now &&
          (now - *granted <= (served ? kServiceMayBeLate : kOnTime) ||
           (present && (config.window ? this_window(*granted) : ahead || served)))) {
        auto due = no(TickVerdict::under_way);
        if (!ahead && due.next) due.promise = due.next;
        return due;
      }
      return yes(TickVerdict::day_begins);
    case TickKind::chain:
    case TickKind::resume:
      if (come && (!config.window || this_window(*promise))) return yes(TickVerdict::made_up_for);
      // The timer has elapsed, as was known beforehand, and nobody came to say so: the machine went down in between, and
      // to systemd's Persistent= that elapse is served.
      if (elapse && has_come(*elapse, now) && (!granted || *granted < *elapse - kEarly) &&
          (config.window ? this_window(*elapse) && !(ahead && this_window(*promise)) : !ahead))
        return yes(TickVerdict::made_up_for);
      if (cut_short && !present && (config.window ? this_window(*cut_short) : ahead || served)) {
        const auto next = ahead ? promise : promise_after(now, config, zone, random, timer_next);
        return {true, TickVerdict::once_more, next, next};
      }
      if (ahead) return no(TickVerdict::promise_ahead);
      return no(come ? TickVerdict::outside_window : TickVerdict::no_promise);
  }
  return {};
}

}  // namespace ghost::core
