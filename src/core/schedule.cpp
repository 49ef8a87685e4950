// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/schedule.hpp"

#include <algorithm>

#include "core/schedule_rules.hpp"

namespace ghost::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::seconds;

constexpr auto kEarly = 1s;                // a tick may come this early, because timers are not exact
constexpr auto kOnTime = 1min;             // a promise counts as on time for this long
constexpr auto kLongest = 8 * 24h;         // nobody asks how long a window without an end lasts beyond this
constexpr auto kServiceMayBeLate = 15min;  // TimeoutStartSec= of ghost-appear-day@.service, which the timer starts

bool has_come(WallTime promise, WallTime now) { return promise <= now + kEarly; }

// Without a window, an appearance may begin at any time, but no two moments are in the same window.
bool may_be(const AppearConfig& config, const Zone& zone, WallTime t) {
  return !config.window || in_window(*config.window, zone, t) || in_window(*config.window, zone, t + kEarly);
}

bool same_occurrence(const AppearConfig& config, const Zone& zone, WallTime now, WallTime other) {
  if (!config.window) return false;
  auto span = window_at(*config.window, zone, now);
  if (!span) span = window_at(*config.window, zone, now + kEarly);
  return span && span->contains(other);
}

std::optional<WallTime> useful(std::optional<WallTime> timer_next, WallTime now, const AppearConfig& config, const Zone& zone) {
  if (timer_next && !has_come(*timer_next, now) && may_be(config, zone, *timer_next)) return timer_next;
  return std::nullopt;
}

}  // namespace

WallTime local_moment(std::chrono::sys_days day, std::chrono::minutes since_midnight, const Zone& zone) {
  const WallTime local(day.time_since_epoch() + since_midnight);  // as if it were UTC
  const auto before = zone(local - 24h);                          // offsets are less than a day, and never change twice in two
  const auto after = zone(local + 24h);
  const auto by_before = local - before;
  if (before == after || zone(by_before) == before) return by_before;
  const auto by_after = local - after;
  if (zone(by_after) == after) return by_after;
  auto early = by_after;  // the local time is skipped: between the two moments the clock is put forward
  auto late = by_before;
  while (late - early > 1s) {
    const auto middle = std::chrono::floor<seconds>(early + (late - early) / 2);
    (zone(middle) == before ? early : late) = middle;
  }
  return late;
}

namespace {

// The window's hours of one day.
std::optional<WallSpan> hours_at(const Window& window, const Zone& zone, WallTime t) {
  const auto today = std::chrono::floor<std::chrono::days>(t + zone(t));
  if ((window.days >> std::chrono::weekday(today).c_encoding() & 1U) == 0) return std::nullopt;
  const WallSpan span{local_moment(today, window.from, zone), local_moment(today, window.to, zone)};
  if (!span.contains(t)) return std::nullopt;
  return span;
}

}  // namespace

bool in_window(const Window& window, const Zone& zone, WallTime t) { return hours_at(window, zone, t).has_value(); }

std::optional<WallSpan> window_at(const Window& window, const Zone& zone, WallTime t) {
  auto span = hours_at(window, zone, t);
  if (!span) return std::nullopt;
  while (t - span->begin < kLongest) {
    const auto before = hours_at(window, zone, span->begin - 1us);
    if (!before) break;
    span->begin = before->begin;
  }
  while (span->end - t < kLongest) {
    const auto after = hours_at(window, zone, span->end);
    if (!after) break;
    span->end = after->end;
  }
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

std::optional<WallTime> next_standing(WallTime now, const Standing& standing, const AppearConfig& config, const Zone& zone,
                                      std::optional<WallTime> timer_next) {
  if (standing.promise && !has_come(*standing.promise, now)) return standing.promise;
  return useful(timer_next, now, config, zone);
}

// ---- the decision ------------------------------------------------------------------------------------------------------

namespace {

using namespace rules;

Facts facts(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone) {
  const auto& [promise, granted, cut_short, present, elapse] = standing;
  const bool windows = config.window.has_value();
  const auto here = [&](WallTime t) { return same_occurrence(config, zone, now, t); };
  // A window may last for days. A promise beyond this was made by a clock that was ahead.
  const auto latest = now + std::max<Duration>(config.every_max, 24h) + kEarly;
  Facts f{};
  f.asks = kind == TickKind::calendar ? kCalendar : kOther;
  f.open = may_be(config, zone, now);

  if (!promise) f.promise = kNone;
  else if (!has_come(*promise, now))
    f.promise = !windows ? kLaterAlone : here(*promise) && *promise <= latest ? kLaterHere : kLaterDay;
  else if (now - *promise <= kOnTime) f.promise = kNow;
  else f.promise = !windows || here(*promise) ? kMissed : kLost;

  const bool elapsed = elapse && has_come(*elapse, now);
  const bool granted_since = elapsed && granted && *granted >= *elapse - kEarly;
  // Without a window each elapse of the timer allows one appearance. The last known elapse has had its own, and the next elapse
  // is not known yet.
  const bool served = !windows && granted_since;
  // After a boot two ticks arrive together: `resume`, and the calendar timer catching up (Persistent=). The second must not start
  // a second appearance. If the first was the last of its window, the promise is for another day already. The same happens when
  // ghostd keeps a promise by itself, just before the timer's service reports in.
  const bool just_now = granted && *granted <= now && now - *granted <= (served ? kServiceMayBeLate : kOnTime);
  // Whoever has missed a promise meanwhile owes another appearance.
  const bool same = granted && *granted <= now && present &&
                    (windows ? here(*granted) && f.promise != kMissed : (f.promise & kAhead) != 0 || served);
  f.answered = just_now || same;
  // The machine went down before the tick, and systemd's Persistent= counts that elapse as done.
  f.unanswered = elapsed && !granted_since && (!windows || here(*elapse));
  f.cut_short = cut_short && !present && (windows ? here(*cut_short) : (f.promise & kAhead) != 0 || served);
  return f;
}

}  // namespace

Due decide(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone,
           const Random& random, std::optional<WallTime> timer_next) {
  const auto found = facts(now, kind, standing, config, zone);
  const auto verdict = rule_for(found)->verdict;
  const bool ahead = (found.promise & kAhead) != 0;
  if (grants(verdict)) {
    // An appearance that begins once more keeps the promise of the one before.
    const bool keeps = verdict == TickVerdict::once_more && ahead;
    const auto next = keeps ? standing.promise : promise_after(now, config, zone, random, timer_next);
    return {true, verdict, next, next};
  }
  // The promise stays saved even if it cannot be kept any more, because the clock may be wrong now and corrected later.
  Due due{false, verdict, standing.promise, next_standing(now, standing, config, zone, timer_next)};
  if (verdict == TickVerdict::under_way && !ahead && due.next) due.promise = due.next;
  return due;
}

}  // namespace ghost::core
