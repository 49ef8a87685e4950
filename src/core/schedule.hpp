// SPDX-License-Identifier: GPL-2.0-or-later
// When a link is to appear. A systemd timer begins the day ("calendar"). While the window lasts, each appearance promises the
// next one, after a random time (the chain). The last one in a window promises the timer's next elapse. Receivers rely on a promise.
// So a promise is a point of real time, is saved before it is told, and is kept whatever happens. After a reboot ghost-appear
// asks again ("resume"). A missed promise is made up for while its window lasts. Nothing here reads a clock: time, time zone and
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

// How far local time is ahead of UTC at that moment: tm_gmtoff of localtime_r(3). We do not use std::chrono, because libstdc++ 12
// has no time zones.
using Zone = std::function<std::chrono::seconds(WallTime)>;
// A random number from 0 to below - 1, each equally likely. `below` is never 0.
using Random = std::function<std::uint64_t(std::uint64_t below)>;

struct WallSpan {
  WallTime begin{};
  WallTime end{};  // exclusive
  [[nodiscard]] bool contains(WallTime t) const { return begin <= t && t < end; }
  bool operator==(const WallSpan&) const = default;
};

// The moment of a local time: `since_midnight` of the local day (24h is the next midnight). If the clock is put back, a local
// time may exist twice, and means the first. If the clock is put forward, a local time may not exist, and means the moment of
// that change.
WallTime local_moment(std::chrono::sys_days day, std::chrono::minutes since_midnight, const Zone& zone);

// The occurrence of the window that t is in. Hours that end at midnight continue in those that begin there, so the occurrence may last
// for days. It is followed for eight days in each direction.
std::optional<WallSpan> window_at(const Window& window, const Zone& zone, WallTime t);
bool in_window(const Window& window, const Zone& zone, WallTime t);

// The next appearance of the chain, after a random time of whole seconds within Every=. nullopt: there is no window, now is
// outside it, or the result would be after its end.
std::optional<WallTime> next_in_chain(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random);

// What an appearance that begins now may promise: the chain's next appearance. If there is none, the timer's next elapse, if it
// is ahead and in a window.
std::optional<WallTime> promise_after(WallTime now, const AppearConfig& config, const Zone& zone, const Random& random,
                                      std::optional<WallTime> timer_next);

enum class TickKind : std::uint8_t {
  calendar,  // ghost-appear@LINK.timer, by its OnCalendar= or its Persistent=
  chain,     // the timer that was set up for the promise
  resume,    // asked at boot, or by a caller that is not sure; it never does harm
};
std::string_view to_string(TickKind kind);  // "calendar", "chain", "resume"
std::optional<TickKind> parse_tick_kind(std::string_view word);

// What ghostd knows when a tick comes. All but `present` is from the state file.
struct Standing {
  std::optional<WallTime> promise;    // Due::promise of the last tick
  std::optional<WallTime> granted;    // when a tick was last due
  std::optional<WallTime> cut_short;  // when the last appearance began, if it was cut short
  bool present = false;               // an appearance is under way, connecting included
  std::optional<WallTime> elapse{};   // the timer's next elapse, as the last tick told it
};

enum class TickVerdict : std::uint8_t {
  // due:
  day_begins,   // by the calendar
  promised,     // the promise's time has come
  made_up_for,  // the promise's time is over, but its window lasts
  once_more,    // the last appearance was cut short, and its window lasts
  // not due:
  promise_ahead,   // the promise is for later in this window
  under_way,       // an earlier tick was granted for the same appearance
  outside_window,  // too late for today, or the wrong day
  no_promise,      // nothing to resume
};
std::string_view to_string(TickVerdict verdict);

struct Due {
  bool due = false;
  TickVerdict verdict = TickVerdict::no_promise;
  std::optional<WallTime> promise;  // the promise from now on; it is saved before a notice tells it
  std::optional<WallTime> next;     // the next appearance, as far as known; always in the future
  bool operator==(const Due&) const = default;
};

// Whether an appearance is to begin now. A tick may be a second early. A promise at its time (up to a minute late) is kept even
// outside the window; any other appearance must begin inside it. Two ticks for the same appearance never begin two. The tick of a
// promise is due even if the link is still present, and prolongs that appearance. A timer_next in the past counts as none:
// systemd's NextElapseUSecRealtime is past while the timer's service runs.
Due decide(WallTime now, TickKind kind, const Standing& standing, const AppearConfig& config, const Zone& zone,
           const Random& random, std::optional<WallTime> timer_next);

// What a notice may name as the next appearance if no tick led to the notice, but a person's request or a new address.
std::optional<WallTime> next_standing(WallTime now, const Standing& standing, const AppearConfig& config, const Zone& zone,
                                      std::optional<WallTime> timer_next);

}  // namespace ghost::core
