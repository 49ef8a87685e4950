// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/idle_watch.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using namespace std::chrono_literals;
using Verdict = IdleWatch::Verdict;

namespace {

constexpr Time at(Duration t) { return Time{} + t; }

}  // namespace

TEST(IdleWatch, AsksWhenTheTimerCouldHaveRunOutAndNotAgainBeforeTheAnswer) {
  IdleWatch watch(at(10s), 60s, {});
  EXPECT_EQ(watch.deadline(), at(70s));
  EXPECT_FALSE(watch.ask(at(70s) - 1us));
  EXPECT_TRUE(watch.ask(at(70s)));
  EXPECT_EQ(watch.deadline(), std::nullopt);
  EXPECT_FALSE(watch.ask(at(200s)));
  EXPECT_EQ(watch.answer(at(71s), 20s), Verdict::needed);
  EXPECT_EQ(watch.deadline(), at(91s));
  EXPECT_TRUE(watch.ask(at(91s)));
  EXPECT_EQ(watch.answer(at(91s), 0s), Verdict::idle);
}

TEST(IdleWatch, AHoldKeepsAnIdleCallForItsTime) {
  IdleWatch watch(at(0s), 10s, 30s);
  EXPECT_EQ(watch.kept_until(), at(30s));
  EXPECT_EQ(watch.in_use_until(), at(10s));
  EXPECT_TRUE(watch.ask(at(10s)));
  EXPECT_EQ(watch.answer(at(10s), 0s), Verdict::needed);
  EXPECT_EQ(watch.deadline(), at(30s)) << "it need not be asked before";
  EXPECT_EQ(watch.in_use_until(), at(10s)) << "no packet needs it";
  EXPECT_TRUE(watch.ask(at(30s)));
  EXPECT_EQ(watch.answer(at(30s), 0s), Verdict::idle);
}

TEST(IdleWatch, TheLongerHoldStands) {
  IdleWatch watch(at(0s), 10s, {});
  watch.hold(at(1s), 100s);
  watch.hold(at(2s), 5s);
  EXPECT_EQ(watch.kept_until(), at(101s));
  watch.hold(at(3s), 100s);
  EXPECT_EQ(watch.kept_until(), at(103s));
  EXPECT_EQ(watch.deadline(), at(10s)) << "a hold does not put off the question";
}

TEST(IdleWatch, AShorterTimeoutIsAskedForSooner) {
  IdleWatch watch(at(0s), 1h, {});
  watch.shorten(at(10s), 60s);
  EXPECT_EQ(watch.deadline(), at(70s));
  EXPECT_EQ(watch.in_use_until(), at(70s));
  watch.shorten(at(20s), 2h);
  EXPECT_EQ(watch.deadline(), at(70s));
}

TEST(IdleWatch, AnEndlessHoldIsNeverIdle) {
  IdleWatch watch(at(0s), 10s, Duration::max());
  EXPECT_TRUE(watch.ask(at(10s)));
  EXPECT_EQ(watch.answer(at(10s), 0s), Verdict::needed);
  EXPECT_EQ(watch.deadline(), Time::max());
  EXPECT_EQ(watch.answer(at(10s), Duration::max()), Verdict::needed) << "nor is a kernel's timer that never runs out";
  EXPECT_EQ(watch.deadline(), Time::max());
}

TEST(IdleWatch, ThreeUnansweredQuestionsInARowAreTheEnd) {
  IdleWatch watch(at(0s), 10s, {});
  EXPECT_EQ(watch.answer(at(10s), {}), Verdict::needed);
  EXPECT_EQ(watch.deadline(), at(11s));
  EXPECT_EQ(watch.answer(at(11s), {}), Verdict::needed);
  EXPECT_EQ(watch.answer(at(12s), {}), Verdict::unknown);
}

TEST(IdleWatch, AnAnswerBetweenStartsTheCountAnew) {
  IdleWatch watch(at(0s), 10s, {});
  EXPECT_EQ(watch.answer(at(10s), {}), Verdict::needed);
  EXPECT_EQ(watch.answer(at(11s), {}), Verdict::needed);
  EXPECT_EQ(watch.answer(at(12s), 5s), Verdict::needed);
  EXPECT_EQ(watch.answer(at(17s), {}), Verdict::needed);
  EXPECT_EQ(watch.answer(at(18s), {}), Verdict::needed);
  EXPECT_EQ(watch.answer(at(19s), {}), Verdict::unknown);
}
