// SPDX-License-Identifier: GPL-2.0-or-later
#include "week.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <utility>

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using core::TickKind;
using core::TickVerdict;
using core::WallTime;

constexpr std::uint8_t kWorkingDays = 0b0111110;

}  // namespace

Week::Week(unsigned seed, Seen& seen) : engine_(seed), seen_(seen) {
  struct Plan {
    std::optional<core::Window> window;
    std::uint8_t timer_days;
    std::chrono::minutes timer;
  };
  static const Plan kPlans[] = {
      {core::Window{kWorkingDays, 7h, 18h}, kWorkingDays, 7h + 30min},
      {core::Window{kWorkingDays, 7h, 18h}, kWorkingDays, 7h + 30min},
      {core::Window{0x7f, 0h, 24h}, 0x7f, 30min},               // the clocks change inside
      {core::Window{0x41, 1h, 5h}, 0x41, 1h + 15min},           // and here on the very day
      {core::Window{kWorkingDays, 7h, 18h}, 0x7f, 7h + 30min},  // the timer elapses on Saturday, too
      {core::Window{0x41, 0h, 24h}, 0x41, 7h + 30min},          // from Saturday's midnight to Monday's
      {std::nullopt, 0x7f, 3h + 30min},
  };
  static const char* const kPlaces[] = {"Europe/Berlin",    "Europe/Berlin",       "UTC",
                                        "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"};
  static const char* const kStarts[] = {"2026-11-20 12:00:00", "2026-03-26 05:00:00", "2026-10-22 05:00:00",
                                        "2026-03-05 12:00:00", "2026-10-29 12:00:00", "2026-10-01 00:00:00"};
  place_ = std::make_unique<Place>(kPlaces[engine_() % std::size(kPlaces)]);
  const auto& plan = kPlans[engine_() % std::size(kPlans)];
  config_.window = plan.window;
  timer_days_ = plan.timer_days;
  timer_time_ = plan.timer;
  stale_ = one_in(2);
  if (one_in(4)) config_.every_min = config_.every_max = 20min;
  offset_ = utc(kStarts[engine_() % std::size(kStarts)]).time_since_epoch() + between(0us, 24h);

  start_ = wall();
  at(mono_ + 8 * 24h, {.what = What::end});
  for (auto n = engine_() % 8; n > 0; --n) at(between(0us, 8 * 24h), {.what = What::down});
  for (auto n = one_in(2) ? engine_() % 6 : 0; n > 0; --n) at(between(0us, 8 * 24h), {.what = What::step});
  for (auto n = engine_() % 6; n > 0; --n) at(between(0us, 8 * 24h), {.what = What::by_hand});
  for (auto n = engine_() % 6; n > 0; --n) at(between(0us, 8 * 24h), {.what = What::tick, .kind = TickKind::resume});
  for (int n = 0; n < 40; ++n) at(between(0us, 8 * 24h), {.what = What::look});
  stamp_ = wall();  // enable --now
  set_calendar();
  at(mono_ + 1s, {.what = What::tick, .kind = TickKind::resume, .boots = boots_});
}

Week::Mono Week::between(Mono least, Mono most) {
  return std::uniform_int_distribution<Mono::rep>(least.count(), most.count())(engine_) * 1us;
}

std::string Week::text(WallTime t) const {
  const auto tm = local_tm(t);
  char out[40];
  std::strftime(out, sizeof out, "%a %F %T %z", &tm);
  return out;
}

void Week::note(const std::string& what) { story_ += text(wall()) + "  " + what + "\n"; }

void Week::broken(const std::string& what) {
  if (!broken_) broken_ = what + " (" + text(wall()) + ")\n" + story_;
}

std::optional<std::string> Week::live() {
  while (!broken_) {
    const auto next = events_.begin();
    mono_ = next->first;
    const auto event = next->second;
    events_.erase(next);
    if (event.what == What::end) return std::nullopt;
    happen(event);
  }
  return broken_;
}

void Week::happen(const Event& event) {
  switch (event.what) {
    case What::tick:
      if (up_ && (event.boots == boots_ || event.boots == kAnyBoot)) tick(event.kind, calendar_);
      return;
    case What::arm:
      if (up_ && event.boots == boots_) arm(event.time);
      return;
    case What::calendar:
      if (!up_ || event.boots != boots_ || event.steps != steps_ || event.time != calendar_) return;
      stamp_ = wall();
      at(mono_ + between(0us, mono_ == up_since_ ? Mono(25s) : Mono(900ms)),
         {.what = What::tick, .kind = TickKind::calendar, .boots = boots_});
      if (one_in(30)) at(mono_, {.what = What::down});
      if (!stale_) set_calendar();
      return;
    case What::chain:
      if (!up_ || event.boots != boots_ || event.steps != steps_ || event.time != chain_) return;
      chain_.reset();
      at(mono_ + between(0us, 900ms), {.what = What::tick, .kind = TickKind::chain, .boots = boots_});
      return;
    case What::self:
      if (!up_ || event.boots != boots_ || event.steps != steps_ || event.time != promise_ || !elapse_) return;
      ++seen_["kept by itself"];
      tick(TickKind::chain, *elapse_);
      return;
    case What::down: go_down(); return;
    case What::up: come_up(); return;
    case What::step: set_clock(); return;
    case What::by_hand:
      if (!up_) return;
      note("by hand");
      present_until_ = std::max(present_until_, mono_ + 10min);
      if (one_in(2)) kill_next_ = true;
      return;
    case What::look: look(); return;
    case What::kept:
      if (!up_ || event.steps != steps_ || mono_ - up_since_ < 61s) return;
      if (!last_granted_ || *last_granted_ < event.time - 1s || *last_granted_ > event.time + 1s)
        broken("the promise of " + text(event.time) + " was not kept");
      else ++seen_["kept"];
      return;
    case What::end: return;
  }
}

void Week::tick(TickKind kind, WallTime told) {
  const bool present = present_until_ > mono_;
  if (told_at_ <= mono_) untold_ = false;
  core::Standing standing{promise_, last_granted_, std::nullopt, present, elapse_};
  if (untold_ && !present) standing.cut_short = begun_;
  const core::Random random = [this](std::uint64_t below) { return engine_() % below; };
  const auto due = core::decide(wall(), kind, standing, config_, Place::zone(), random, told);
  constexpr const char* kNames[] = {"calendar", "chain", "resume"};
  note(std::string(kNames[static_cast<int>(kind)]) + ": " + (due.due ? "due, " : "not due, ") +
       std::string(to_string(due.verdict)) + (due.next ? ", next " + text(*due.next) : ""));
  ++seen_[std::string(to_string(due.verdict))];
  if (kind == TickKind::calendar) set_calendar();  // its service is done

  elapse_ = told;
  if (due.due) {
    granted(due, standing);
  } else if (due.promise != promise_) {
    if (due.verdict != TickVerdict::under_way || (promise_ && *promise_ > wall() + 1s))
      broken("a refusal has changed what is written down");
    promise_ = due.promise;
    ++seen_["the next one known later"];
    expect_kept();
    set_self();
  }
  if (due.next && *due.next <= wall()) broken("the next one is not ahead");
  if (std::exchange(kill_next_, false)) {
    note("ghost-appear is killed");
    ++seen_["killed"];
    at(mono_ + between(100ms, 5s), {.what = What::tick, .kind = TickKind::resume, .boots = boots_});
  } else if (due.next && *due.next != calendar_) {
    at(mono_ + between(0us, 500ms), {.what = What::arm, .time = *due.next, .boots = boots_});
  }
}

void Week::granted(const core::Due& due, const core::Standing& before) {
  const auto now = wall();
  const bool on_time = due.verdict == TickVerdict::promised && inside(*before.promise) && now - *before.promise <= 1min;
  if (!inside(now) && !on_time) broken("outside of the window");
  const bool once_more = due.verdict == TickVerdict::once_more;
  const bool consumes = due.verdict == TickVerdict::promised ||
                        (due.verdict == TickVerdict::made_up_for && before.promise && *before.promise <= now &&
                         (!config_.window || same_window(*before.promise, now)));
  if (consumes && std::ranges::find(consumed_, *before.promise) != consumed_.end()) broken("a promise was kept twice");
  if (consumes) consumed_.push_back(*before.promise);
  if (new_since_ && !stepped_since_grant_ && !once_more) {
    const auto least = config_.window ? config_.every_min - 1s : 1min;
    if (now - *new_since_ < least && !(consumes && !config_.window)) broken("doubled");
  }
  if (due.verdict == TickVerdict::day_begins && before.promise && *before.promise > now + 1s && !put_back_since_grant_)
    broken("a promise was given up for another one");
  if (due.verdict == TickVerdict::made_up_for && !consumes) {
    ++seen_["the timer's, made up for"];
    if (!before.elapse || *before.elapse > now || (config_.window && !same_window(*before.elapse, now)))
      broken("made up for another day's");
  }
  if (once_more && before.promise && *before.promise > now + 1s && due.promise != before.promise) broken("a promise was changed");

  promise_ = due.promise;
  last_granted_ = now;
  if (!once_more) new_since_ = now;
  stepped_since_grant_ = put_back_since_grant_ = false;
  begun_ = now;
  if (one_in(8)) {
    note("no connection");
    ++seen_["no connection"];
    untold_ = false;
  } else {
    untold_ = true;
    told_at_ = mono_ + between(2s, 60s);
    present_until_ = mono_ + 10min + (one_in(4) ? between(0us, 12h) : 0us);  // somebody stays
  }
  expect_kept();
  set_self();
  if (one_in(40)) at(mono_ + between(0us, 90s), {.what = What::down});
  if (one_in(30)) kill_next_ = true;
}

void Week::expect_kept() {
  if (promise_ && *promise_ > wall()) at(mono_of(*promise_) + 1s, {.what = What::kept, .time = *promise_, .steps = steps_});
}

// Whether it still is the promise when it elapses is asked then. Now and then ghostd is not there.
void Week::set_self() {
  if (promise_ && !one_in(5)) at(mono_of(*promise_), {.what = What::self, .time = *promise_, .boots = boots_, .steps = steps_});
}

void Week::arm(WallTime promise) {
  // systemd takes a time that is past, and never elapses: so one asks again.
  if (promise <= wall()) {
    at(mono_, {.what = What::tick, .kind = TickKind::resume, .boots = boots_});
    return;
  }
  chain_ = promise;
  set_chain();
}

void Week::set_chain() {
  if (chain_) at(mono_of(*chain_), {.what = What::chain, .time = *chain_, .boots = boots_, .steps = steps_});
}

void Week::set_calendar() {
  calendar_ = timer_after(*stamp_);
  at(mono_of(calendar_), {.what = What::calendar, .time = calendar_, .boots = boots_, .steps = steps_});
}

void Week::go_down() {
  if (!up_) return;
  note("down");
  for (const auto& [when, event] : events_)
    if (event.what == What::tick && event.kind == TickKind::calendar && event.boots == boots_) {
      ++seen_["an elapse swallowed"];  // Persistent= holds it for served as soon as the service is started
      if (elapse_ && !same_window(*elapse_, wall())) swallowed_ = wall();
    }
  if (told_at_ <= mono_) untold_ = false;
  told_at_ = Mono::max();  // if nobody was told so far, nobody is
  up_ = false;
  chain_.reset();
  present_until_ = {};
  kill_next_ = false;
  auto pause = one_in(3) ? between(5min, 40h) : between(20s, 5min);
  if (config_.window && one_in(4)) {  // until shortly before the window's end
    const auto tm = local_tm(wall());
    const auto end = config_.window->to - std::chrono::minutes(tm.tm_hour * 60 + tm.tm_min) - between(1min, 25min);
    pause = (end > 1min ? end : end + 24h) + (one_in(2) ? 24h : 0h);
  }
  at(mono_ + pause, {.what = What::up});
}

void Week::come_up() {
  up_ = true;
  ++boots_;
  up_since_ = mono_;
  note("up");
  ++seen_["boots"];
  set_self();
  set_calendar();  // with the stamp of before: what was missed elapses at once
  at(mono_ + between(1s, 20s), {.what = What::tick, .kind = TickKind::resume, .boots = boots_});
  at(mono_ + 60s, {.what = What::look});
}

void Week::set_clock() {
  const auto by = between(1s, one_in(2) ? Mono(3h) : Mono(2min));
  const bool back = one_in(2);
  offset_ += back ? -by : by;
  ++steps_;
  stepped_ = mono_;
  stepped_since_grant_ = true;
  put_back_since_grant_ = put_back_since_grant_ || back;
  note(back ? "the clock is put back" : "the clock is put forward");
  ++seen_[back ? "put back" : "put forward"];
  if (up_) {
    set_self();
    set_calendar();
    set_chain();
    at(mono_ + between(0us, 900ms), {.what = What::tick, .kind = TickKind::resume, .boots = boots_});  // OnClockChange=
    at(mono_ + 5s, {.what = What::look});
  }
  expect_kept();
}

}  // namespace ghost::test
