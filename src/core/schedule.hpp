// SPDX-License-Identifier: GPL-2.0-or-later
// When a link is to appear. A systemd timer begins the day ("calendar"). While the window lasts, each appearance promises the next
// one, after a random time (the chain). The last one of a day promises the timer's next elapse. A promise was told to receivers, so
// it is a point of real time that is saved before it is told, and is kept whatever happens. After a reboot ghost-appear asks again
// ("resume"). A promise that was missed is made up for as long as its window lasts. Nothing here reads a clock: time, time zone and
// chance are arguments.
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

// The moment of a local time: `since_midnight` of the local day (24h is the next midnight). A local time that exists twice, because
// the clock is put back, means the first. One that does not exist, because it is put forward, means the moment of that change.
WallTime local_moment(std::chrono::sys_days day, std::chrono::minutes since_midnight, const Zone& zone);

// The occurrence of the window that t is in.
std::optional<WallSpan> window_at(const Window& window, const Zone& zone, WallTime t);
inline bool in_window(const Window& window, const Zone& zone, WallTime t) { return window_at(window, zone, t).has_value(); }

// The chain's next link: a whole second between Every='s two ends from now. nullopt without a window, outside of it, or
// when it would come after the window's end.
std::optional<WallTime> next_in_chain(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random);

// What an appearance that begins now may promise: the chain's next, or else the timer's next elapse, if that lies ahead and in a
// window.
std::optional<WallTime> promise_after(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random,
                                      std::optional<WallTime> timer_next);

enum class TickKind : std::uint8_t {
  calendar,  // ghost-appear@LINK.timer, by its OnCalendar= or its Persistent=
  chain,     // the timer that was set up for the promise
  resume,    // asked at boot, or whenever a caller is not sure: never harmful
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
  std::optional<WallTime> promise;  // what is promised from now on; it is saved before a notice tells it
  std::optional<WallTime> next;     // the next appearance as far as it is known; always ahead
  bool operator==(const Due&) const = default;
};

// Whether an appearance is to begin now. A tick may be a second early. A promise at its time (up to a minute late) is kept even
// outside the window; any other appearance must begin inside it. Two ticks for the same appearance never begin two. The tick of a
// promise is due even if the link is still present: that appearance is prolonged. timer_next may be long past, because systemd's
// NextElapseUSecRealtime is so while the timer's service runs: that counts as none.
Due decide(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone,
           const Random& random, std::optional<WallTime> timer_next);

// What a notice may name as the next appearance if no tick asked for it: a person did, or the address changed.
std::optional<WallTime> next_standing(WallTime now, const Standing& standing, const AppearConfig& config, const Zone& zone,
                                      std::optional<WallTime> timer_next);

}  // namespace ghost::core
