// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of core::decide() (schedule.hpp). It classifies what it knows about a tick (Facts), and the first row of the table
// that fits has the verdict. docs/link.md shows the same rows. The compiler checks that each combination of facts has a row, and
// that each row decides at least one combination.
#pragma once
#include <cstdint>
#include <iterator>

#include "core/schedule.hpp"

namespace ghost::core::rules {

// What has become of the promise.
enum Promise : unsigned {
  kNone = 1,
  kNow = 2,          // its time has come, up to a minute ago
  kMissed = 4,       // its time is over; its window lasts (or there is none)
  kLost = 8,         // … and its window is over
  kLaterHere = 16,   // it lies ahead in this window
  kLaterDay = 32,    // it lies ahead in another window
  kLaterAlone = 64,  // it lies ahead, and there is no window
  kAnyPromise = 127,
};
inline constexpr unsigned kAhead = kLaterHere | kLaterDay | kLaterAlone;

enum Asks : unsigned { kCalendar = 1, kOther = 2, kEveryone = 3 };  // kOther: chain and resume
enum class If : std::uint8_t { any, yes, no };

struct Facts {
  unsigned asks;
  unsigned promise;
  bool open;        // an appearance may begin now: there is no window, or now is in it
  bool answered;    // the appearance that the calendar asks for was granted already, or is under way
  bool unanswered;  // the timer has elapsed in this window, as it had announced, but its tick never came
  bool cut_short;   // the last appearance of this window was cut short, and none is under way
};

struct Rule {
  unsigned asks, promise;
  If open, answered, unanswered, cut_short;
  TickVerdict verdict;
};

// Whether an appearance begins.
constexpr bool grants(TickVerdict verdict) {
  switch (verdict) {
    case TickVerdict::day_begins:
    case TickVerdict::promised:
    case TickVerdict::made_up_for:
    case TickVerdict::once_more: return true;
    case TickVerdict::promise_ahead:
    case TickVerdict::under_way:
    case TickVerdict::outside_window:
    case TickVerdict::no_promise: break;
  }
  return false;
}

// The first row that fits decides.
inline constexpr Rule kRules[] = {
    // clang-format off
    // who asks the promise                open     answered  unanswered  cut short  verdict
    {kEveryone, kNow,                      If::any, If::any,  If::any,    If::any,   TickVerdict::promised},
    {kEveryone, kAnyPromise,               If::no,  If::any,  If::any,    If::any,   TickVerdict::outside_window},
    {kCalendar, kLaterHere,                If::any, If::any,  If::any,    If::any,   TickVerdict::promise_ahead},
    {kCalendar, kAnyPromise,               If::any, If::yes,  If::any,    If::any,   TickVerdict::under_way},
    {kCalendar, kAnyPromise,               If::any, If::no,   If::any,    If::any,   TickVerdict::day_begins},
    {kOther,    kMissed,                   If::any, If::any,  If::any,    If::any,   TickVerdict::made_up_for},
    {kOther,    kNone | kLost | kLaterDay, If::any, If::any,  If::yes,    If::any,   TickVerdict::made_up_for},
    {kOther,    kAnyPromise,               If::any, If::any,  If::any,    If::yes,   TickVerdict::once_more},
    {kOther,    kAhead,                    If::any, If::any,  If::any,    If::any,   TickVerdict::promise_ahead},
    {kOther,    kLost,                     If::any, If::any,  If::any,    If::any,   TickVerdict::outside_window},
    {kOther,    kNone,                     If::any, If::any,  If::any,    If::any,   TickVerdict::no_promise},
    // clang-format on
};

constexpr bool fits(If wanted, bool is) { return wanted == If::any || (wanted == If::yes) == is; }

constexpr const Rule* rule_for(const Facts& f) {
  for (const auto& r : kRules)
    if ((r.asks & f.asks) != 0 && (r.promise & f.promise) != 0 && fits(r.open, f.open) && fits(r.answered, f.answered) &&
        fits(r.unanswered, f.unanswered) && fits(r.cut_short, f.cut_short))
      return &r;
  return nullptr;
}

// Each combination of facts has a verdict, and each row decides a combination.
constexpr bool complete() {
  bool used[std::size(kRules)] = {};
  for (unsigned asks = kCalendar; asks <= kOther; asks <<= 1)
    for (unsigned promise = kNone; promise <= kLaterAlone; promise <<= 1)
      for (unsigned bits = 0; bits < 16; ++bits) {
        const auto* rule = rule_for({asks, promise, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0});
        if (rule == nullptr) return false;
        used[rule - kRules] = true;
      }
  for (const bool u : used)
    if (!u) return false;
  return true;
}
static_assert(complete());

}  // namespace ghost::core::rules
