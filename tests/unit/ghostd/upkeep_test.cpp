// SPDX-License-Identifier: GPL-2.0-or-later
// What an Upkeep does and says about a kind of objects that others remove. The kind is a fake: it lacks what the test takes away.
#include "ghostd/upkeep.hpp"

#include <gmock/gmock.h>
#include <syslog.h>

#include "taken_kind.hpp"

namespace ghost::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Kept : testing::Test {
  test::KeeperTime time;
  std::vector<std::string> said;
  KeeperClock clock = time.clock();
  TellLost tell = [this](int priority, std::string_view, std::string_view by, std::string_view message) {
    said.push_back(std::to_string(priority) + " " + std::string(by) + "|" + std::string(message));
  };
  test::TakenKind kind{"routes", time};
  Upkeep upkeep{kind, clock, tell};

  // Looks after this long, and returns what the kind was asked to do.
  std::vector<std::string> look(core::Duration after) {
    time.now += after;
    upkeep.attend({});
    return std::exchange(kind.done, {});
  }
};

TEST_F(Kept, IsLookedAtOnceWhenGhostdStarts) {
  EXPECT_TRUE(upkeep.due(time.now));
  EXPECT_THAT(look(0s), ElementsAre("look"));
  EXPECT_FALSE(upkeep.due(time.now + 1h));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(Kept, IsPutBackAtOnceAndSaidOnceWithWhoTookIt) {
  look(0s);
  kind.missing = "route default";
  upkeep.heard("nft (process 7)");
  EXPECT_TRUE(upkeep.due(time.now));
  EXPECT_THAT(look(1s), ElementsAre("look", "put back"));
  EXPECT_THAT(said, ElementsAre("4 nft (process 7)|route default was lost, removed by nft (process 7); restored"));
  EXPECT_FALSE(upkeep.degraded());
  // Nobody disturbs it any more. So the next loss, by somebody who is not known, is the first again.
  look(1s);
  look(10s);
  EXPECT_FALSE(upkeep.deadline());
  said.clear();
  kind.missing = "route default";
  look(1s);
  EXPECT_THAT(said, ElementsAre("4 |route default was lost; restored"));
}

TEST_F(Kept, IsDegradedWhileItIsTakenAgainAndAgain) {
  look(0s);
  kind.taken_always = "route default";
  upkeep.heard("evil (process 9)");
  look(1s);
  for (int i = 0; i < 20; ++i) look(100ms);
  EXPECT_THAT(upkeep.degraded().value_or(""), "route default is removed by evil (process 9) repeatedly");
  EXPECT_THAT(said, ElementsAre(HasSubstr("was lost, removed by evil (process 9); restored"), HasSubstr("is lost repeatedly")));
  kind.taken_always.reset();
  for (int i = 0; i < 200 && upkeep.degraded(); ++i) look(100ms);
  EXPECT_FALSE(upkeep.degraded());
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said.back(), HasSubstr("5 |routes: no longer disturbed; restored "));
}

TEST_F(Kept, MostOfThePauseOnlyTheCanaryIsPutBack) {
  look(0s);
  kind.taken_always = "route default";
  int whole = 0, canaries = 0;
  for (int i = 0; i < 600; ++i)
    for (const auto& act : look(100ms)) whole += act == "put back", canaries += act == "canary";
  EXPECT_LT(whole, 10) << "within a minute, with pauses that double";
  EXPECT_GT(canaries, 3 * whole);
}

TEST_F(Kept, WhatCannotBePutBackIsSaidOnceInTheKernelsWords) {
  look(0s);
  kind.missing = "table";
  kind.refuses = "Operation not permitted";
  for (int i = 0; i < 100; ++i) look(100ms);
  EXPECT_THAT(said, ElementsAre("3 |table was lost, and cannot be restored: Operation not permitted"));
  EXPECT_EQ(upkeep.degraded(), "table cannot be restored: Operation not permitted");
  EXPECT_TRUE(upkeep.missing_now());
  // Another reason is news.
  kind.refuses = "No space left on device";
  for (int i = 0; i < 700; ++i) look(100ms);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_THAT(said.back(), HasSubstr("No space left on device"));
  kind.refuses.reset();
  for (int i = 0; i < 700 && upkeep.missing_now(); ++i) look(100ms);
  EXPECT_FALSE(upkeep.missing_now());
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said.back(), HasSubstr("table was lost; restored"));
}

// Not to know whether something is missing is as bad as missing it, and is tried again at the same pace.
TEST_F(Kept, WhatTheKernelDoesNotListCountsAsMissing) {
  look(0s);
  kind.unknown = "Resource temporarily unavailable";
  kind.refuses = kind.unknown;
  look(1s);
  EXPECT_TRUE(upkeep.missing_now());
  EXPECT_TRUE(upkeep.deadline());
  kind.unknown.reset(), kind.refuses.reset();
  look(1s);
  EXPECT_FALSE(upkeep.missing_now());
}

}  // namespace
}  // namespace ghost::daemon
