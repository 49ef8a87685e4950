// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/roll_call.hpp"

#include <gmock/gmock.h>

namespace ghost::core {
namespace {

using namespace std::chrono_literals;
using enum RollCall::Want;
using testing::ElementsAre;
using testing::IsEmpty;

Time at(Duration d) { return Time{} + 1h + d; }

RollCall asking() {
  RollCall out;
  EXPECT_THAT(out.begin(), ElementsAre(ask));
  EXPECT_THAT(out.asked(true, at(0s)), IsEmpty());
  return out;
}

RollCall known() {
  auto out = asking();
  EXPECT_THAT(out.listed(), ElementsAre(listen));
  return out;
}

TEST(RollCall, NobodyListensBeforeAllCallsAreListed) {
  auto roll = asking();
  EXPECT_FALSE(roll.known());
  EXPECT_THAT(roll.seen(false, false), IsEmpty());  // and the supervisor is kept
  EXPECT_THAT(roll.listed(), ElementsAre(listen));
  EXPECT_TRUE(roll.known());
  EXPECT_THAT(roll.listed(), IsEmpty());
}

TEST(RollCall, ASupervisorThatIsSilentIsWaitedForTwentySeconds) {
  auto roll = asking();
  EXPECT_EQ(roll.deadline(), at(20s));
  EXPECT_THAT(roll.time_passed(at(20s) - 1us), IsEmpty());
  EXPECT_FALSE(roll.known());
  EXPECT_THAT(roll.time_passed(at(20s)), ElementsAre(listen));
  EXPECT_THAT(roll.seen(false, false), IsEmpty()) << "a late list is read: a call in it is hung up";
  EXPECT_EQ(roll.deadline(), at(40s));
  EXPECT_THAT(roll.time_passed(at(40s)), IsEmpty());
  EXPECT_EQ(roll.deadline(), std::nullopt);
  EXPECT_THAT(roll.seen(false, true), IsEmpty()) << "the supervisor watches the device";
  EXPECT_THAT(roll.seen(false, false), ElementsAre(let_go));
}

TEST(RollCall, OneThatCannotBeAskedRunsNothing) {
  RollCall roll;
  EXPECT_THAT(roll.asked(false, at(0s)), ElementsAre(listen));
}

TEST(RollCall, OneThatWasLostDuringACallIsAskedWhatItStillRuns) {
  auto roll = known();
  EXPECT_THAT(roll.lost(true), ElementsAre(ask));
  EXPECT_THAT(roll.asked(true, at(5s)), IsEmpty());
  EXPECT_TRUE(roll.known());
  EXPECT_EQ(roll.deadline(), at(25s));
  EXPECT_THAT(roll.seen(false, false), IsEmpty()) << "it is not let go before it has answered";
  EXPECT_THAT(roll.listed(), IsEmpty());
  EXPECT_THAT(roll.seen(false, false), ElementsAre(let_go));
  EXPECT_THAT(roll.lost(false), IsEmpty());
}

TEST(RollCall, OneThatIsLostBeforeItHasListedIsAskedAgainAndTheLinksWaitNoLonger) {
  for (const bool calls : {true, false}) {
    auto roll = asking();
    EXPECT_THAT(roll.lost(calls), ElementsAre(ask, listen)) << "a call that nobody has told of yet may live";
    EXPECT_THAT(roll.asked(true, at(1s)), IsEmpty());
    EXPECT_THAT(roll.lost(false), IsEmpty()) << "but not for ever";
  }
}

TEST(RollCall, NobodyNeedsTheSupervisorWithoutACall) {
  auto roll = known();
  EXPECT_THAT(roll.seen(true, false), IsEmpty());
  EXPECT_THAT(roll.seen(false, false), ElementsAre(let_go));
}

TEST(RollCall, WhoeverStopsIsToldOnceThatNoCallLives) {
  auto roll = known();
  EXPECT_FALSE(roll.stop(false));
  EXPECT_THAT(roll.seen(false, false), ElementsAre(let_go));
  EXPECT_TRUE(roll.stop(true));
  EXPECT_THAT(roll.seen(true, false), IsEmpty());
  EXPECT_THAT(roll.seen(false, false), ElementsAre(left, let_go));
  EXPECT_THAT(roll.seen(false, false), ElementsAre(let_go));
}

TEST(RollCall, AStopAtTheStartWaitsUntilItIsKnownThatNoneDoes) {
  auto roll = asking();
  EXPECT_TRUE(roll.stop(false));
  EXPECT_THAT(roll.seen(false, false), IsEmpty());
  EXPECT_THAT(roll.listed(), ElementsAre(listen));
  EXPECT_THAT(roll.seen(false, false), ElementsAre(left, let_go));
}

}  // namespace
}  // namespace ghost::core
