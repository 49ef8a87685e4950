// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/schedule.hpp"

#include <gtest/gtest.h>

#include <random>

#include "local_zone.hpp"

// Shown in failures; gtest finds it by the type's namespace.
namespace ghost::core {
void PrintTo(const Due& due, std::ostream* out) {
  const auto time = [](const std::optional<WallTime>& t) {
    return t ? std::to_string(t->time_since_epoch().count() / 1'000'000) : "-";
  };
  *out << (due.due ? "due" : "not due") << " (" << to_string(due.verdict) << "), promise " << time(due.promise) << ", next "
       << time(due.next);
}
}  // namespace ghost::core

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t kWorkingDays = 0b0111110;

AppearConfig mornings() {
  AppearConfig config;
  config.window = Window{kWorkingDays, 7h, 18h};
  return config;
}
AppearConfig always() {
  AppearConfig config;
  config.window = Window{0b1111111, 0h, 24h};
  return config;
}
AppearConfig no_window() { return {}; }

// Always the nth choice, or the last.
Random choice(std::uint64_t n) {
  return [n](std::uint64_t below) { return n < below ? n : below - 1; };
}
constexpr std::uint64_t kLast = ~std::uint64_t{0};

}  // namespace

// 2026-03-29 02:00 CET → 03:00 CEST; 2026-10-25 03:00 CEST → 02:00 CET.
TEST(LocalMoment, IsUnambiguous) {
  struct Row {
    const char* place;
    const char* day;
    std::chrono::minutes since_midnight;
    const char* expected;  // UTC
  };
  const Row rows[] = {
      {"Europe/Berlin", "2026-01-15", 7h + 30min, "2026-01-15 06:30:00"},
      {"Europe/Berlin", "2026-07-15", 7h + 30min, "2026-07-15 05:30:00"},
      {"Europe/Berlin", "2026-07-15", 24h, "2026-07-15 22:00:00"},
      {"Europe/Berlin", "2026-03-29", 1h + 59min, "2026-03-29 00:59:00"},
      {"Europe/Berlin", "2026-03-29", 2h + 30min, "2026-03-29 01:00:00"},  // does not exist
      {"Europe/Berlin", "2026-03-29", 3h, "2026-03-29 01:00:00"},
      {"Europe/Berlin", "2026-03-29", 24h, "2026-03-29 22:00:00"},  // 23 hours long
      {"Europe/Berlin", "2026-10-25", 1h + 59min, "2026-10-24 23:59:00"},
      {"Europe/Berlin", "2026-10-25", 2h + 30min, "2026-10-25 00:30:00"},  // the first of two
      {"Europe/Berlin", "2026-10-25", 3h, "2026-10-25 02:00:00"},
      {"Europe/Berlin", "2026-10-25", 24h, "2026-10-25 23:00:00"},
      {"America/Havana", "2026-03-08", 0h, "2026-03-08 05:00:00"},  // no midnight that day
      {"America/Havana", "2026-03-07", 24h, "2026-03-08 05:00:00"},
      {"Australia/Lord_Howe", "2026-10-04", 2h + 15min, "2026-10-03 15:30:00"},  // half an hour is skipped
      {"Pacific/Kiritimati", "2026-05-01", 7h, "2026-04-30 17:00:00"},           // +14
      {"Etc/GMT+12", "2026-05-01", 23h, "2026-05-02 11:00:00"},                  // -12
  };
  for (const auto& row : rows) {
    const Place place(row.place);
    const auto day = std::chrono::floor<std::chrono::days>(utc(row.day));
    EXPECT_EQ(local_moment(day, row.since_midnight, Place::zone()), utc(row.expected))
        << row.place << " " << row.day << " " << row.since_midnight.count() << " min";
  }
}

TEST(WindowAt, IsHalfOpenAndOnItsDays) {
  const Place berlin("Europe/Berlin");
  const auto window = *mornings().window;
  const auto in = [&](const char* t) { return in_window(window, Place::zone(), local(t)); };
  EXPECT_FALSE(in("2026-11-20 06:59:59"));  // a Friday
  EXPECT_TRUE(in("2026-11-20 07:00:00"));
  EXPECT_TRUE(in("2026-11-20 17:59:59"));
  EXPECT_FALSE(in("2026-11-20 18:00:00"));
  EXPECT_FALSE(in("2026-11-21 12:00:00"));
  EXPECT_FALSE(in("2026-11-22 12:00:00"));
  EXPECT_TRUE(in("2026-11-23 12:00:00"));
  EXPECT_EQ(window_at(window, Place::zone(), local("2026-11-20 12:00:00")),
            (WallSpan{utc("2026-11-20 06:00:00"), utc("2026-11-20 17:00:00")}));
}

// Otherwise a machine that may appear at any time would promise nothing in the last hour of each day.
TEST(WindowAt, HoursThatMeetAtMidnightAreOne) {
  const Place berlin("Europe/Berlin");
  const Window weekend{0b1000001, 0h, 24h};
  EXPECT_EQ(window_at(weekend, Place::zone(), local("2026-11-21 10:00:00")),
            (WallSpan{local("2026-11-21 00:00:00"), local("2026-11-23 00:00:00")}));
  EXPECT_EQ(window_at(weekend, Place::zone(), local("2026-11-22 23:59:59")),
            (WallSpan{local("2026-11-21 00:00:00"), local("2026-11-23 00:00:00")}));
  EXPECT_FALSE(window_at(weekend, Place::zone(), local("2026-11-23 00:00:00")));
  const auto now = local("2026-03-29 01:30:00");  // the clocks are put forward
  const auto week = window_at(*always().window, Place::zone(), now);
  ASSERT_TRUE(week);
  EXPECT_LE(week->begin, now - 7 * 24h);
  EXPECT_GE(week->end, now + 7 * 24h);
  EXPECT_EQ(next_in_chain(local("2026-11-20 23:50:00"), always(), Place::zone(), choice(0)), local("2026-11-21 00:05:00"));
  auto config = always();
  config.window->days = kWorkingDays;
  EXPECT_EQ(next_in_chain(local("2026-11-20 23:50:00"), config, Place::zone(), choice(0)), std::nullopt) << "a Friday";
}

TEST(WindowAt, TheDayIsTheLocalOne) {
  const Window sundays{1, 0h, 24h};
  const Place place("Pacific/Kiritimati");
  EXPECT_EQ(window_at(sundays, Place::zone(), utc("2026-11-21 10:00:00")),
            (WallSpan{utc("2026-11-21 10:00:00"), utc("2026-11-22 10:00:00")}));
  EXPECT_FALSE(in_window(sundays, Place::zone(), utc("2026-11-21 09:59:59")));
  EXPECT_FALSE(in_window(sundays, Place::zone(), utc("2026-11-22 10:00:00")));
}

TEST(WindowAt, LastsLessOrLongerWhenTheClocksChange) {
  const Place berlin("Europe/Berlin");
  const Window nights{0b1111111, 1h, 4h};
  const auto length = [&](const char* t) {
    const auto span = window_at(nights, Place::zone(), utc(t));
    return span ? span->end - span->begin : 0us;
  };
  EXPECT_EQ(length("2026-03-28 01:00:00"), 3h);
  EXPECT_EQ(length("2026-03-29 01:00:00"), 2h);
  EXPECT_EQ(length("2026-10-25 01:00:00"), 4h);
  const Window skipped{0b1111111, 2h, 3h};
  EXPECT_FALSE(in_window(skipped, Place::zone(), utc("2026-03-29 01:00:00")));
}

TEST(NextInChain, IsAWholeSecondBetweenTheTwoEnds) {
  const Place berlin("Europe/Berlin");
  const auto config = mornings();
  const auto now = local("2026-11-20 10:00:00");
  EXPECT_EQ(next_in_chain(now, config, Place::zone(), choice(0)), now + 15min);
  EXPECT_EQ(next_in_chain(now, config, Place::zone(), choice(1)), now + 15min + 1s);
  EXPECT_EQ(next_in_chain(now, config, Place::zone(), choice(kLast)), now + 59min);
  EXPECT_EQ(next_in_chain(now + 1us, config, Place::zone(), choice(0)), now + 15min + 1s);
  EXPECT_EQ(next_in_chain(now + 999ms, config, Place::zone(), choice(kLast)), now + 59min);

  std::mt19937_64 engine(7);  // NOLINT
  const Random random = [&engine](std::uint64_t below) {
    return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(engine);
  };
  auto least = now + 24h;
  auto most = now;
  for (int i = 0; i < 20000; ++i) {
    const auto next = *next_in_chain(now + 500ms, config, Place::zone(), random);
    EXPECT_EQ(next, std::chrono::floor<std::chrono::seconds>(next));
    least = std::min(least, next);
    most = std::max(most, next);
  }
  EXPECT_EQ(least, now + 15min + 1s);
  EXPECT_EQ(most, now + 59min);
}

TEST(NextInChain, OneTimeForBothEndsIsKept) {
  const Place berlin("Europe/Berlin");
  auto config = mornings();
  config.every_min = config.every_max = 30min;
  const auto now = local("2026-11-20 10:00:00");
  EXPECT_EQ(next_in_chain(now, config, Place::zone(), choice(kLast)), now + 30min);
  EXPECT_EQ(next_in_chain(now + 1us, config, Place::zone(), choice(kLast)), now + 30min + 1s);
}

TEST(NextInChain, EndsWithTheWindow) {
  const Place berlin("Europe/Berlin");
  const auto config = mornings();
  const auto next = [&](const char* now, std::uint64_t n) { return next_in_chain(local(now), config, Place::zone(), choice(n)); };
  EXPECT_EQ(next("2026-11-20 17:00:59", kLast), local("2026-11-20 17:59:59"));
  EXPECT_EQ(next("2026-11-20 17:01:00", kLast), std::nullopt);
  EXPECT_EQ(next("2026-11-20 17:44:59", 0), local("2026-11-20 17:59:59"));
  EXPECT_EQ(next("2026-11-20 17:45:00", 0), std::nullopt);
  EXPECT_EQ(next("2026-11-20 06:50:00", 0), std::nullopt);  // the chain begins inside
  EXPECT_EQ(next("2026-11-21 10:00:00", 0), std::nullopt);
  EXPECT_EQ(next_in_chain(local("2026-11-20 10:00:00"), no_window(), Place::zone(), choice(0)), std::nullopt);
}

TEST(PromiseAfter, IsTheTimersWhenTheChainEnds) {
  const Place berlin("Europe/Berlin");
  const auto at = [](const char* t) { return local(t); };
  const auto promise = [](const AppearConfig& config, WallTime now, std::optional<WallTime> timer) {
    return promise_after(now, config, Place::zone(), choice(0), timer);
  };
  const auto friday = at("2026-11-20 17:50:00");
  EXPECT_EQ(promise(mornings(), friday, at("2026-11-23 07:30:00")), at("2026-11-23 07:30:00"));
  EXPECT_EQ(promise(mornings(), friday, at("2026-11-21 07:30:00")), std::nullopt);  // no window on Saturday
  EXPECT_EQ(promise(mornings(), friday, at("2026-11-23 06:30:00")), std::nullopt);  // not open yet
  EXPECT_EQ(promise(mornings(), friday, std::nullopt), std::nullopt);
  EXPECT_EQ(promise(mornings(), friday, friday), std::nullopt);  // the elapse that brought us here
  EXPECT_EQ(promise(mornings(), friday, friday - 1h), std::nullopt);
  EXPECT_EQ(promise(no_window(), friday, at("2026-11-21 03:00:00")), at("2026-11-21 03:00:00"));
  EXPECT_EQ(promise(no_window(), friday, std::nullopt), std::nullopt);
  EXPECT_EQ(promise(mornings(), at("2026-11-20 17:00:00"), at("2026-11-20 17:05:00")), at("2026-11-20 17:15:00"));
}

TEST(TickKinds, ByTheirNames) {
  EXPECT_EQ(parse_tick_kind("calendar"), TickKind::calendar);
  EXPECT_EQ(parse_tick_kind("chain"), TickKind::chain);
  EXPECT_EQ(parse_tick_kind("resume"), TickKind::resume);
  EXPECT_EQ(parse_tick_kind("Calendar"), std::nullopt);
  EXPECT_EQ(parse_tick_kind(""), std::nullopt);
}

namespace {

constexpr const char* kMonday = "2026-11-23 07:30:00";

struct DecideRow {
  const char* what;
  AppearConfig config;
  const char* now;
  TickKind kind;
  const char* promise;  // "" for none
  const char* granted;
  const char* cut_short;
  bool present;
  bool due;
  TickVerdict verdict;
  const char* next;  // "chain": the first possible
};

}  // namespace

TEST(Decide, Table) {
  using enum TickKind;
  using enum TickVerdict;
  const auto w = mornings();
  const auto n = no_window();
  // 2026-11-20 is a Friday; the timer's next elapse is always Monday 07:30.
  const DecideRow rows[] = {
      {"a fresh morning", w, "2026-11-20 07:30:00", calendar, "", "", "", false, true, day_begins, "chain"},
      {"the morning that was promised", w, "2026-11-20 07:30:00", calendar, "2026-11-20 07:30:00", "2026-11-19 17:50:00", "",
       false, true, promised, "chain"},
      {"the chain", w, "2026-11-20 10:00:00", chain, "2026-11-20 10:00:00", "2026-11-20 09:20:00", "", false, true, promised,
       "chain"},
      {"a grain early", w, "2026-11-20 09:59:59", chain, "2026-11-20 10:00:00", "", "", false, true, promised, "chain"},
      {"two seconds early", w, "2026-11-20 09:59:58", chain, "2026-11-20 10:00:00", "", "", false, false, promise_ahead,
       "2026-11-20 10:00:00"},
      {"still present", w, "2026-11-20 10:00:00", chain, "2026-11-20 10:00:00", "2026-11-20 09:20:00", "", true, true, promised,
       "chain"},
      {"the last one of a week", w, "2026-11-20 17:50:00", chain, "2026-11-20 17:50:00", "", "", false, true, promised, kMonday},
      {"asked twice", w, "2026-11-20 10:00:01", chain, "2026-11-20 10:30:00", "2026-11-20 10:00:00", "", true, false,
       promise_ahead, "2026-11-20 10:30:00"},

      {"boot, the promise is ahead", w, "2026-11-20 10:00:00", resume, "2026-11-20 10:30:00", "2026-11-20 09:40:00", "", false,
       false, promise_ahead, "2026-11-20 10:30:00"},
      {"boot, the promise was missed", w, "2026-11-20 14:00:00", resume, "2026-11-20 10:30:00", "2026-11-20 09:40:00", "", false,
       true, made_up_for, "chain"},
      {"boot, missed before midnight", always(), "2026-11-21 00:30:00", resume, "2026-11-20 23:50:00", "2026-11-20 23:20:00", "",
       false, true, made_up_for, "chain"},
      {"the timer, amid days and nights", always(), "2026-11-20 07:30:00", calendar, "2026-11-20 07:44:00", "2026-11-20 07:10:00",
       "", false, false, promise_ahead, "2026-11-20 07:44:00"},
      {"the timer, after a clock that was ahead", always(), "2026-11-20 07:30:00", calendar, "2026-11-23 07:44:00",
       "2026-11-23 07:10:00", "", false, true, day_begins, "chain"},
      {"the timer, a promise was missed by a sleep", always(), "2026-11-21 07:30:00", calendar, "2026-11-20 23:50:00",
       "2026-11-20 23:20:00", "", true, true, day_begins, "chain"},
      {"boot, too late for today", w, "2026-11-20 18:30:00", resume, "2026-11-20 10:30:00", "2026-11-20 09:40:00", "", false,
       false, outside_window, kMonday},
      {"boot, missed on another day", w, "2026-11-20 07:10:00", resume, "2026-11-19 10:30:00", "2026-11-19 09:40:00", "", false,
       false, outside_window, kMonday},
      {"boot, the morning was missed", w, "2026-11-20 09:00:00", resume, "2026-11-20 07:30:00", "2026-11-19 17:50:00", "", false,
       true, made_up_for, "chain"},
      {"boot, for the first time", w, "2026-11-20 09:00:00", resume, "", "", "", false, false, no_promise, kMonday},
      {"then the timer makes up for it, too", w, "2026-11-20 09:00:01", calendar, "2026-11-20 09:31:00", "2026-11-20 09:00:00",
       "", true, false, promise_ahead, "2026-11-20 09:31:00"},
      {"the same late in the day", w, "2026-11-20 17:50:01", calendar, kMonday, "2026-11-20 17:50:00", "", true, false, under_way,
       kMonday},
      {"the same, and it failed at once", w, "2026-11-20 17:50:01", calendar, kMonday, "2026-11-20 17:50:00", "", false, false,
       under_way, kMonday},
      {"the same, and nothing could be promised", w, "2026-11-20 17:55:00", calendar, "", "2026-11-20 17:50:00", "", true, false,
       under_way, kMonday},

      {"made up for in the evening", w, "2026-11-20 20:00:00", calendar, "", "", "", false, false, outside_window, kMonday},
      {"made up for on Saturday", w, "2026-11-21 11:00:00", calendar, "2026-11-20 07:30:00", "", "", false, false, outside_window,
       kMonday},
      {"a promise outside of a changed window", w, "2026-11-20 18:30:00", chain, "2026-11-20 18:30:00", "", "", false, true,
       promised, kMonday},
      {"a minute late, the window just over", w, "2026-11-20 18:00:30", chain, "2026-11-20 17:59:59", "", "", false, true,
       promised, kMonday},
      {"begun by hand just before", w, "2026-11-20 07:30:00", calendar, "", "2026-11-19 17:00:00", "", true, true, day_begins,
       "chain"},
      {"held since yesterday", w, "2026-11-20 07:30:00", calendar, "", "2026-11-19 17:00:00", "", true, true, day_begins,
       "chain"},
      {"the timer has a second time", w, "2026-11-20 12:00:00", calendar, "2026-11-20 12:20:00", "2026-11-20 11:30:00", "", false,
       false, promise_ahead, "2026-11-20 12:20:00"},

      {"clock put back by a day", w, "2026-11-20 07:30:00", calendar, "2026-11-23 08:05:00", "2026-11-23 07:30:00", "", false,
       true, day_begins, "chain"},
      {"clock put back by an hour", w, "2026-11-20 09:00:00", resume, "2026-11-20 10:30:00", "2026-11-20 10:00:00", "", false,
       false, promise_ahead, "2026-11-20 10:30:00"},
      {"clock put forward by an hour", w, "2026-11-20 11:00:00", chain, "2026-11-20 10:30:00", "2026-11-20 10:00:00", "", false,
       true, made_up_for, "chain"},

      {"cut short by a reboot", w, "2026-11-20 10:01:00", resume, "2026-11-20 10:30:00", "2026-11-20 10:00:00",
       "2026-11-20 10:00:00", false, true, once_more, "2026-11-20 10:30:00"},
      {"cut short, and the clock put back", w, "2026-11-20 09:30:00", resume, "2026-11-20 10:30:00", "2026-11-20 10:00:00",
       "2026-11-20 10:00:00", false, true, once_more, "2026-11-20 10:30:00"},
      {"cut short, the day's last", w, "2026-11-20 17:52:00", resume, "", "2026-11-20 17:50:00", "2026-11-20 17:50:00", false,
       true, once_more, kMonday},
      {"cut short, but under way again", w, "2026-11-20 10:01:00", resume, "2026-11-20 10:30:00", "2026-11-20 10:01:00",
       "2026-11-20 10:00:00", true, false, promise_ahead, "2026-11-20 10:30:00"},
      {"cut short on another day", w, "2026-11-20 09:00:00", resume, "2026-11-20 10:30:00", "2026-11-19 10:00:00",
       "2026-11-19 10:00:00", false, false, promise_ahead, "2026-11-20 10:30:00"},

      {"no window: the timer's time", n, "2026-11-21 03:00:00", calendar, "2026-11-21 03:00:00", "2026-11-20 03:00:00", "", false,
       true, promised, kMonday},
      {"no window: made up for", n, "2026-11-21 04:00:00", calendar, "2026-11-21 03:00:00", "2026-11-20 03:00:00", "", false,
       true, day_begins, kMonday},
      {"no window: boot makes up for it", n, "2026-11-21 04:00:00", resume, "2026-11-21 03:00:00", "2026-11-20 03:00:00", "",
       false, true, made_up_for, kMonday},
      {"no window: but once", n, "2026-11-21 04:05:00", calendar, kMonday, "2026-11-21 04:00:00", "", true, false, under_way,
       kMonday},
      {"no window: cut short", n, "2026-11-21 04:05:00", resume, kMonday, "2026-11-21 04:00:00", "2026-11-21 04:00:00", false,
       true, once_more, kMonday},
      {"no window: long cut short", n, "2026-11-23 09:05:00", resume, "", "2026-11-21 04:00:00", "2026-11-21 04:00:00", false,
       false, no_promise, ""},
  };
  const Place berlin("Europe/Berlin");
  const auto time = [](const char* text) { return *text == '\0' ? std::nullopt : std::optional(local(text)); };
  for (const auto& row : rows) {
    const auto now = local(row.now);
    const Standing standing{time(row.promise), time(row.granted), time(row.cut_short), row.present};
    const auto next = std::string_view(row.next) == "chain" ? std::optional(now + 15min) : time(row.next);
    // A refusal leaves what is written down as it is; but who is under way and knew of no next one learns it.
    const bool learns = row.verdict == under_way && !standing.promise;
    const Due expected{row.due, row.verdict, row.due || learns ? next : standing.promise, next};
    EXPECT_EQ(decide(now, row.kind, standing, row.config, Place::zone(), choice(0), local(kMonday)), expected) << row.what;
  }
}

// The timer elapsed and the machine went down before anybody asked: systemd will not elapse again for it.
TEST(Decide, AnElapseThatNobodyAnsweredIsMadeUpFor) {
  const Place berlin("Europe/Berlin");
  const auto ask = [](const AppearConfig& config, const char* now, TickKind kind, std::optional<WallTime> promise,
                      const char* granted, const char* elapse) {
    return decide(local(now), kind, {promise, local(granted), {}, false, local(elapse)}, config, Place::zone(), choice(0),
                  local(kMonday))
        .verdict;
  };
  const auto yesterday = local("2026-11-19 10:30:00");
  const auto w = mornings();
  using enum TickKind;
  using enum TickVerdict;
  EXPECT_EQ(ask(w, "2026-11-20 09:00:00", resume, yesterday, "2026-11-19 10:00:00", "2026-11-20 07:30:00"), made_up_for);
  EXPECT_EQ(ask(w, "2026-11-20 09:00:00", resume, {}, "2026-11-19 10:00:00", "2026-11-20 07:30:00"), made_up_for);
  EXPECT_EQ(ask(w, "2026-11-20 07:10:00", resume, yesterday, "2026-11-19 10:00:00", "2026-11-20 07:30:00"), outside_window);
  EXPECT_EQ(ask(w, "2026-11-20 19:00:00", resume, yesterday, "2026-11-19 10:00:00", "2026-11-20 07:30:00"), outside_window);
  EXPECT_EQ(ask(w, "2026-11-20 17:55:00", resume, local(kMonday), "2026-11-20 17:50:00", "2026-11-20 07:30:00"), promise_ahead);
  EXPECT_EQ(ask(w, "2026-11-20 07:31:00", resume, local("2026-11-20 07:35:00"), "2026-11-20 07:15:00", "2026-11-20 07:30:00"),
            promise_ahead);
  EXPECT_EQ(ask(w, "2026-11-20 09:00:00", resume, yesterday, "2026-11-19 10:00:00", "2026-11-19 07:30:00"), outside_window);
  EXPECT_EQ(ask(w, "2026-11-20 09:00:00", resume, {}, "2026-11-18 10:00:00", "2026-11-19 07:30:00"), no_promise);
  EXPECT_EQ(ask(no_window(), "2026-11-20 04:00:00", resume, {}, "2026-11-19 03:00:00", "2026-11-20 03:00:00"), made_up_for);
  EXPECT_EQ(ask(no_window(), "2026-11-20 04:00:00", resume, {}, "2026-11-20 03:00:00", "2026-11-20 03:00:00"), no_promise);
}

// ghostd keeps what it promised by a timer of its own. If that was systemd's next elapse, the one after it is known only when that
// timer's service comes, however long it takes to start.
TEST(Decide, TheTimersServiceComesAfterItsPromiseWasKept) {
  const Place berlin("Europe/Berlin");
  const auto monday = local(kMonday), tuesday = local("2026-11-24 07:30:00");
  const auto kept = decide(monday, TickKind::chain, {monday, monday - 24h, {}, false, monday}, no_window(), Place::zone(),
                           choice(0), monday);
  EXPECT_EQ(kept, (Due{true, TickVerdict::promised, {}, {}}));
  for (const auto late : {0s, 59s, 300s}) {
    const auto told = decide(monday + late, TickKind::calendar, {{}, monday, {}, true, monday}, no_window(), Place::zone(),
                             choice(0), tuesday);
    EXPECT_EQ(told, (Due{false, TickVerdict::under_way, tuesday, tuesday})) << late.count();
  }
  // Later than that service may start, only an appearance that is still under way can be this elapse's own.
  const auto much_later = [&](bool present) {
    return decide(monday + 20min, TickKind::calendar, {{}, monday, {}, present, monday}, no_window(), Place::zone(), choice(0),
                  tuesday);
  };
  EXPECT_EQ(much_later(true), (Due{false, TickVerdict::under_way, tuesday, tuesday}));
  EXPECT_EQ(much_later(false), (Due{true, TickVerdict::day_begins, tuesday, tuesday}));
  // Over meanwhile, or cut short before anybody could tell the next one: still one appearance to one elapse.
  const auto over = decide(monday + 300s, TickKind::calendar, {{}, monday, {}, false, monday}, no_window(), Place::zone(),
                           choice(0), tuesday);
  EXPECT_EQ(over, (Due{false, TickVerdict::under_way, tuesday, tuesday}));
  const auto cut = decide(monday + 20s, TickKind::resume, {{}, monday, monday, false, monday}, no_window(), Place::zone(),
                          choice(0), tuesday);
  EXPECT_EQ(cut, (Due{true, TickVerdict::once_more, tuesday, tuesday}));
  // The next day's is not taken for it, whoever stayed so long.
  const auto next = decide(tuesday, TickKind::calendar, {tuesday, monday, {}, true, tuesday}, no_window(), Place::zone(),
                           choice(0), tuesday + 24h);
  EXPECT_EQ(next, (Due{true, TickVerdict::promised, tuesday + 24h, tuesday + 24h}));
}

// A timer may elapse twice in a window. What was granted for the first time does not answer the second, unless it is under way still.
// What was granted at a time that is yet to come, because the clock was put back, answers nothing.
TEST(Decide, AWindowsSecondElapseIsAnAppearanceOfItsOwn) {
  const Place berlin("Europe/Berlin");
  const auto first = local("2026-11-20 07:30:00");
  const auto verdict = [&](WallTime now, WallTime granted, bool present) {
    return decide(now, TickKind::calendar, {{}, granted, {}, present, first}, mornings(), Place::zone(), choice(0), {}).verdict;
  };
  EXPECT_EQ(verdict(first + 10min, first, false), TickVerdict::day_begins);
  EXPECT_EQ(verdict(first + 10min, first, true), TickVerdict::under_way);
  EXPECT_EQ(verdict(first + 10min, first + 60min, true), TickVerdict::day_begins);
}

TEST(NextStanding, IsWhatWasPromisedOrElseTheTimers) {
  const Place berlin("Europe/Berlin");
  const auto now = local("2026-11-20 10:10:00");
  const auto timer = local(kMonday);
  const auto next = [&](std::optional<WallTime> promise, std::optional<WallTime> timer_next) {
    return next_standing(now, {promise, {}, {}, true}, mornings(), Place::zone(), timer_next);
  };
  EXPECT_EQ(next(now + 20min, timer), now + 20min);
  EXPECT_EQ(next(now - 20min, timer), timer);
  EXPECT_EQ(next({}, timer), timer);
  EXPECT_EQ(next({}, now - 20min), std::nullopt);
  EXPECT_EQ(next({}, {}), std::nullopt);
}

TEST(Decide, AnEastSideOfTheDayDoesNotMatter) {
  // 07:30 local on a Monday is Sunday in UTC there.
  const Place place("Pacific/Kiritimati");
  const auto now = local("2026-11-23 07:30:00");
  const auto due = decide(now, TickKind::calendar, {}, mornings(), Place::zone(), choice(0), {});
  EXPECT_EQ(due, (Due{true, TickVerdict::day_begins, now + 15min, now + 15min}));
}
