// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/after_restart.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using namespace std::chrono_literals;

namespace {

using Wanted = AfterRestart::Wanted;
using Listed = AfterRestart::CallsListed;
using Seen = AfterRestart::CallSeen;

const Wanted kNothing;
constexpr AskTimer kToTell{TimerQuestion::tell_next}, kToKeep{TimerQuestion::keep_promise};
// The end is all that is left to tell.
const Wanted kForItsEnd{1s, {}};

WallTime at(ghost::Duration t) { return WallTime{} + 24h + t; }

// Begun at 0 s, and told to last until 10 min.
AfterRestart told() { return {at(0s), at(10min)}; }
AfterRestart untold() { return {at(0s), std::nullopt}; }
Listed listed(ghost::Duration now) {
  return {.call_lives = false, .ended_on_purpose = false, .anybody_told = false, .now = at(now)};
}
Listed listed_with_call(ghost::Duration now) {
  return {.call_lives = true, .ended_on_purpose = false, .anybody_told = true, .now = at(now)};
}
constexpr Seen kDials{.carries = false, .calling = true, .under_way = false};
constexpr Seen kCarries{.carries = true, .calling = true, .under_way = false};
constexpr Seen kDown{.carries = false, .calling = false, .under_way = false};

}  // namespace

TEST(AfterRestart, HasNothingToDoWhereNothingWasUnderWay) {
  AfterRestart nothing;
  EXPECT_EQ(nothing.step(listed_with_call(1min)), kNothing);
  EXPECT_EQ(nothing.step(kCarries), kNothing);
}

TEST(AfterRestart, ContinuesUntilTheTimeThatWasTold) {
  auto left = told();
  EXPECT_EQ(left.step(listed(4min)), (Wanted{6min, kToTell}));
}

TEST(AfterRestart, ContinuesNoLongerThanWasToldIfTheClockWasPutBack) {
  auto left = told();
  EXPECT_EQ(left.step(listed(-1h)), (Wanted{10min, kToTell}));
}

TEST(AfterRestart, DecidesNothingBeforeTheCallsAreListed) {
  auto left = told();
  EXPECT_EQ(left.step(kDown), kNothing);
  EXPECT_EQ(left.step(kCarries), kNothing);
  EXPECT_EQ(left.step(listed(4min)), (Wanted{6min, kToTell}));
}

TEST(AfterRestart, DecidesOnce) {
  auto left = told();
  (void)left.step(listed(4min));
  EXPECT_EQ(left.step(listed(5min)), kNothing);
  EXPECT_EQ(left.step(kCarries), kNothing);
}

TEST(AfterRestart, ContinuesNothingAfterAPersonHasHungUp) {
  for (auto left : {told(), untold()}) {
    auto event = listed_with_call(4min);
    event.ended_on_purpose = true;
    EXPECT_EQ(left.step(event), kNothing);
    EXPECT_EQ(left.step(kCarries), kNothing);
  }
}

TEST(AfterRestart, AsksForThePromiseOnceMoreIfNobodyWasTold) {
  auto left = untold();
  EXPECT_EQ(left.step(listed(4min)), (Wanted{{}, kToKeep}));
  EXPECT_EQ(left.step(kCarries), kNothing);
}

TEST(AfterRestart, TellsTheEndThroughTheCallThatLives) {
  auto left = told();
  EXPECT_EQ(left.step(listed_with_call(10min)), kNothing) << "its time is over at 10 min";
  EXPECT_EQ(left.step(kDials), kNothing);
  EXPECT_EQ(left.step(kCarries), kForItsEnd);
  EXPECT_EQ(left.step(kCarries), kNothing) << "once";
}

// The belief is of an earlier appearance; this one had told nobody.
TEST(AfterRestart, OwesTheEndBesidesThePromise) {
  auto left = untold();
  EXPECT_EQ(left.step(listed_with_call(4min)), (Wanted{{}, kToKeep}));
  EXPECT_EQ(left.step(kCarries), kForItsEnd);
}

TEST(AfterRestart, OwesNoEndWithoutACallOrAReceiver) {
  for (const bool call_lives : {false, true}) {
    auto left = told();
    auto event = listed(10min);
    event.call_lives = call_lives;
    event.anybody_told = !call_lives;
    EXPECT_EQ(left.step(event), kNothing);
    EXPECT_EQ(left.step(kCarries), kNothing) << call_lives;
  }
}

TEST(AfterRestart, OwesNoEndWhenTheCallIsOver) {
  auto left = told();
  (void)left.step(listed_with_call(10min));
  EXPECT_EQ(left.step(kDown), kNothing);
  EXPECT_EQ(left.step(kCarries), kNothing) << "that is another call";
}

TEST(AfterRestart, LeavesTheEndToTheAppearanceThatIsUnderWay) {
  auto left = told();
  (void)left.step(listed_with_call(10min));
  auto seen = kCarries;
  seen.under_way = true;
  EXPECT_EQ(left.step(seen), kNothing);
  EXPECT_EQ(left.step(kCarries), kNothing) << "it is decided";
}
