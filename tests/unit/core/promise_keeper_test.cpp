// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/promise_keeper.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using namespace std::chrono_literals;

namespace {

constexpr AskTimer kToKeep{TimerQuestion::keep_promise};
constexpr bool kUp = true, kDown = false;

WallTime at(ghost::Duration t) { return WallTime{} + 24h + t; }

// The promise is the timer's own next elapse, at 10 min.
LinkMemory timers_own() {
  LinkMemory out;
  out.promise = out.timer_next = at(10min);
  return out;
}

AppearConfig no_window() {
  AppearConfig out;
  out.window.reset();
  return out;
}

}  // namespace

TEST(PromiseKeeper, WakesAtThePromisesTimeAndAsksOnce) {
  PromiseKeeper keeper;
  EXPECT_FALSE(keeper.time_passed(at(10min))) << "nothing is promised";
  keeper.wake_at(at(10min));
  EXPECT_EQ(keeper.deadline(), at(10min));
  EXPECT_FALSE(keeper.time_passed(at(10min) - 1us));
  EXPECT_EQ(keeper.time_passed(at(10min)), kToKeep);
  EXPECT_FALSE(keeper.deadline());
  EXPECT_FALSE(keeper.time_passed(at(11min)));
}

TEST(PromiseKeeper, WakesForTheLastPromise) {
  PromiseKeeper keeper;
  keeper.wake_at(at(10min));
  keeper.wake_at(at(20min));
  EXPECT_FALSE(keeper.time_passed(at(10min)));
  keeper.wake_at(std::nullopt);
  EXPECT_FALSE(keeper.time_passed(at(1h)));
}

TEST(PromiseKeeper, TakesTheTimerForStoppedUntilSystemdSignals) {
  PromiseKeeper keeper;
  EXPECT_FALSE(keeper.timer_active());
  EXPECT_FALSE(keeper.see({false})) << "no news";
  EXPECT_TRUE(keeper.see({true}));
  EXPECT_TRUE(keeper.timer_active());
  EXPECT_FALSE(keeper.see({true}));
  EXPECT_TRUE(keeper.see({false}));
  EXPECT_FALSE(keeper.timer_active());
}

TEST(PromiseKeeper, KeepsTheTimersOwnElapseAndAwaitsTheNext) {
  PromiseKeeper keeper;
  EXPECT_TRUE(keeper.keep(timers_own(), no_window(), kDown, at(10min)));
  EXPECT_TRUE(keeper.next_awaited());
  EXPECT_TRUE(keeper.next_told());
  EXPECT_FALSE(keeper.next_awaited());
  EXPECT_FALSE(keeper.next_told()) << "nobody waits for it any more";
}

TEST(PromiseKeeper, LeavesTheTimersOwnElapseToItsServiceIfTheLinkIsUp) {
  PromiseKeeper keeper;
  EXPECT_FALSE(keeper.keep(timers_own(), no_window(), kUp, at(10min)));
  EXPECT_FALSE(keeper.next_awaited());
}

// What follows any other promise, ghostd knows itself.
TEST(PromiseKeeper, KeepsAnyOtherPromiseWithoutAwaitingTheNext) {
  struct Case {
    const char* what;
    LinkMemory memory = timers_own();
    AppearConfig config = no_window();
    WallTime now = at(10min);
  };
  Case window{"the chain goes on in a window"}, none{"no promise"}, ahead{"the elapse is ahead"},
      other{"another than the elapse"};
  window.config.window = Window{0x7f, 0h, 24h};
  none.memory.promise = none.memory.timer_next = std::nullopt;
  ahead.now = at(10min) - 1us;
  other.memory.timer_next = at(20min);
  for (const auto& c : {window, none, ahead, other})
    for (const bool up : {kUp, kDown}) {
      PromiseKeeper keeper;
      EXPECT_TRUE(keeper.keep(c.memory, c.config, up, c.now)) << c.what;
      EXPECT_FALSE(keeper.next_awaited()) << c.what;
    }
}

TEST(PromiseKeeper, AwaitsNothingAfterItHasKeptAnotherPromise) {
  PromiseKeeper keeper;
  (void)keeper.keep(timers_own(), no_window(), kDown, at(10min));
  (void)keeper.keep({}, no_window(), kDown, at(11min));
  EXPECT_FALSE(keeper.next_awaited());
}
