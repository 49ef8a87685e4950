// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/heal_pace.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ghost::core {
namespace {

using namespace std::chrono_literals;
using Act = HealPace::Act;

Time at(Duration d) { return Time{} + 1h + d; }

TEST(HealPace, TheFirstLossIsPutBackAtOnceAndForgottenWhenLeftAlone) {
  HealPace pace;
  EXPECT_FALSE(pace.deadline());
  EXPECT_EQ(pace.missing(at(0s), false), Act::whole);
  pace.done(at(0s), 1ms);
  EXPECT_FALSE(pace.degraded());
  pace.complete(at(20ms));
  EXPECT_EQ(pace.deadline(), at(10s));
  pace.complete(at(10s));
  EXPECT_FALSE(pace.deadline());
  EXPECT_EQ(pace.missing(at(11s), false), Act::whole);
  pace.done(at(11s), 1ms);
  EXPECT_EQ(pace.times(), 1U);
}

TEST(HealPace, WhoTakesItAgainIsMetWithAPauseAndACanary) {
  HealPace pace;
  ASSERT_EQ(pace.missing(at(0s), false), Act::whole);
  pace.done(at(0s), 1ms);
  EXPECT_EQ(pace.missing(at(20ms), false), Act::canary);
  EXPECT_FALSE(pace.degraded());  // perhaps the same restart
  EXPECT_EQ(pace.deadline(), at(720ms));
  EXPECT_EQ(pace.missing(at(40ms), true), Act::nothing);  // a life of 20 ms proves nothing
  EXPECT_EQ(pace.missing(at(720ms), false), Act::canary);
  EXPECT_TRUE(pace.degraded());
  EXPECT_EQ(pace.missing(at(1s), true), Act::whole);  // the pause is over
  pace.done(at(1s), 1ms);
  EXPECT_EQ(pace.times(), 2U);
  EXPECT_TRUE(pace.degraded());
  pace.complete(at(10900ms));
  EXPECT_TRUE(pace.degraded());
  pace.complete(at(11s));
  EXPECT_FALSE(pace.degraded());
}

// Taken at once, whenever it is there: how often is it put back whole, and how soon after he has stopped?
TEST(HealPace, WhatIsTakenInPiecesIsNotTakenAgainAndAgain) {
  HealPace pace;
  ASSERT_EQ(pace.missing(at(0s), false), Act::whole);
  pace.done(at(0s), 1ms);
  ASSERT_EQ(pace.missing(at(50ms), false), Act::canary);
  EXPECT_EQ(pace.missing(at(750ms), true), Act::whole);
  pace.done(at(750ms), 1ms);
  EXPECT_FALSE(pace.degraded());
  EXPECT_EQ(pace.times(), 2U);
}

TEST(HealPace, PausesGrowToAMinuteAndEndSoonAfterHeHasStopped) {
  for (const Duration cost : {Duration(1ms), Duration(1500ms)}) {
    for (const Duration stops : {Duration(10s), Duration(61400ms), Duration(10min)}) {
      HealPace pace;
      unsigned wholes = 0;
      bool canary = false;
      Time now = at(0s);
      for (;;) {
        const bool stopped = now >= at(stops);
        if (!stopped) canary = false;  // he kills it, too
        const auto act = pace.missing(now, canary);
        if (act == Act::whole) {
          pace.done(now, cost);
          if (stopped) break;
          ++wholes;
          now += 20ms;
          continue;
        }
        canary = canary || act == Act::canary;
        ASSERT_TRUE(pace.deadline());
        ASSERT_GT(*pace.deadline(), now);  // never a busy loop
        now = *pace.deadline();
      }
      EXPECT_LE(now - at(stops), Duration(1400ms)) << stops.count();
      EXPECT_LE(wholes, 7U + static_cast<unsigned>(stops / 1min));
    }
  }
}

// He takes another thing than the canary, each time: what is spent on it stays a small share.
TEST(HealPace, AFoolishCanaryCostsNoMoreThanItsShare) {
  HealPace pace;
  const Duration cost = 100ms;
  Duration spent{};
  Time now = at(0s);
  while (now < at(2min)) {
    if (pace.missing(now, true) == Act::whole) {
      now += cost;
      spent += cost;
      pace.done(now, cost);
      now += 20ms;
      continue;
    }
    ASSERT_GT(*pace.deadline(), now);
    now = *pace.deadline();
  }
  EXPECT_LE(spent, Duration(2min) / 20);
}

TEST(HealPace, WhatCannotBePutBackIsTriedAfterGrowingPauses) {
  HealPace pace;
  std::vector<Duration> tries;
  for (Time now = at(0s); now < at(3min); now = *pace.deadline()) {
    if (pace.missing(now, false) == Act::whole) {
      tries.push_back(now - at(0s));
      pace.failed(now, 1ms);
    }
    EXPECT_TRUE(pace.degraded());
    ASSERT_GT(*pace.deadline(), now);
  }
  EXPECT_EQ(tries, (std::vector<Duration>{0s, 1s, 3s, 7s, 15s, 31s, 63s, 123s}));
}

// Somebody owns the table (nft's flag): the canary cannot be put back either, until he has gone.
TEST(HealPace, WhatCouldNotBePutBackIsAsSoonAsItsCanaryCan) {
  HealPace pace;
  Time now = at(0s);
  bool canary = false;
  for (;;) {
    const bool gone = now >= at(20s);
    const auto act = pace.missing(now, pace.has_canary() && canary);
    if (act == Act::whole) {
      if (gone) break;
      pace.failed(now, 1ms);
    }
    if (act == Act::canary) canary = gone;
    ASSERT_GT(*pace.deadline(), now);
    now = *pace.deadline();
  }
  EXPECT_LE(now - at(20s), Duration(1400ms));
}

// The canary is not what fails.
TEST(HealPace, ALivingCanaryBesideAFailureShortensNoPause) {
  HealPace pace;
  std::vector<Duration> tries;
  for (Time now = at(0s); now < at(20s); now = *pace.deadline()) {
    if (pace.missing(now, pace.has_canary()) == Act::whole) {
      tries.push_back(now - at(0s));
      pace.failed(now, 1ms);
    }
    ASSERT_GT(*pace.deadline(), now);
  }
  EXPECT_EQ(tries, (std::vector<Duration>{0s, 1s, 3s, 7s, 15s}));
}

}  // namespace
}  // namespace ghost::core
