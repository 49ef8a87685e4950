// SPDX-License-Identifier: GPL-2.0-or-later
// When a link is to appear. A day begins with a timer of systemd's ("calendar"); from there each appearance promises the
// next one, after a random time, while the window lasts (the chain); the last one of a day promises the timer's next
// elapse. A promise was told to people, so it is a point of real time that is written down before it is told and kept
// whatever comes between: after a reboot somebody asks again ("resume"), and one that was missed is made up for as long as
// its window lasts. Nothing here reads a clock: time, time zone and chance are arguments.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/appear_config.hpp"
#include "core/notice.hpp"

namespace ghost::core {

// How far local time is ahead of UTC at that moment: tm_gmtoff of localtime_r(3). libstdc++ 12 has no time zones.
using Zone = std::function<std::chrono::seconds(WallTime)>;
// A number from 0 to below - 1, each as likely as the others; below is never 0.
using Random = std::function<std::uint64_t(std::uint64_t below)>;

struct WallSpan {
  WallTime begin{};
  WallTime end{};  // exclusive
  [[nodiscard]] bool contains(WallTime t) const { return begin <= t && t < end; }
  bool operator==(const WallSpan&) const = default;
};

// The moment of a local time: `since_midnight` of the local day (24h is the next midnight). Of two (the clock was put
// back) the first; of none (it was put forward) the moment at which it was.
WallTime local_moment(std::chrono::sys_days day, std::chrono::minutes since_midnight, const Zone& zone);

// The occurrence of the window that t is in.
std::optional<WallSpan> window_at(const Window& window, const Zone& zone, WallTime t);
inline bool in_window(const Window& window, const Zone& zone, WallTime t) { return window_at(window, zone, t).has_value(); }

// The chain's next link: a whole second between Every='s two ends from now. nullopt without a window, outside of it, or
// when it would come after the window's end.
std::optional<WallTime> next_in_chain(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random);

// What an appearance that begins now may promise: the chain's next, or else the timer's next elapse, provided that it lies
// ahead and that the window would not turn it down.
std::optional<WallTime> promise_after(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random,
                                      std::optional<WallTime> timer_next);

enum class TickKind : std::uint8_t {
  calendar,  // ghost-appear@LINK.timer, by its OnCalendar= or its Persistent=
  chain,     // the timer that was set up for the promise
  resume,    // asked at boot, or whenever somebody is not sure: never harmful
};
std::string_view to_string(TickKind kind);  // "calendar", "chain", "resume"
std::optional<TickKind> parse_tick_kind(std::string_view word);

// What is known when a tick comes; all but `present` from the state file.
struct Standing {
  std::optional<WallTime> promise;    // Due::promise of the last tick
  std::optional<WallTime> granted;    // when a tick was last due
  std::optional<WallTime> cut_short;  // the last appearance's begin, if it broke off untold or before its time
  bool present = false;               // an appearance is under way, connecting included
  std::optional<WallTime> elapse{};   // the timer's next elapse, as the last tick told it
};

enum class TickVerdict : std::uint8_t {
  // due:
  day_begins,   // by the calendar
  promised,     // the promise's time has come
  made_up_for,  // it has come and gone, but its window lasts
  once_more,    // the last appearance was cut short, and its window lasts
  // not due:
  promise_ahead,   // it is promised for later in this window
  under_way,       // a tick just before was granted for the same
  outside_window,  // too late for today, or not a day for it
  no_promise,      // nothing to resume
};
std::string_view to_string(TickVerdict verdict);

struct Due {
  bool due = false;
  TickVerdict verdict = TickVerdict::no_promise;
  std::optional<WallTime> promise;  // what stands from now on: write it down; who tells people waits for that
  std::optional<WallTime> next;     // the next appearance as far as it is known; always ahead
  bool operator==(const Due&) const = default;
};

// Whether an appearance is to begin, now. A tick may be a second early. A promise at its time (up to a minute late) is kept
// whatever became of the window; whatever else is due must be in it. Asking twice never grants twice. A promise's tick is
// due even if the link is present still: that appearance is prolonged. timer_next may be a time long past (systemd's
// NextElapseUSecRealtime is while the timer's service runs): that counts as none.
Due decide(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone,
           const Random& random, std::optional<WallTime> timer_next);

// What a notice may name as next that no tick asked for: by hand, or because the address changed.
std::optional<WallTime> next_standing(WallTime now, const Standing& standing, const AppearConfig& config, const Zone& zone,
                                      std::optional<WallTime> timer_next);

}  // namespace ghost::core
