// SPDX-License-Identifier: GPL-2.0-or-later
// A reload gives a link another place, or takes it away. Its call is hung up in order before: whoever has promised a good-bye says it.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

core::LinkMachine up(bool good_bye = true) {
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {0s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {0s, queue(1, true), {}, "up (connect)"},
  });
  if (good_bye) play(link, {{0s, farewell_wanted(10s), {}, "up (connect)"}});
  return link;
}

core::LinkConfig elsewhere() {
  auto config = isp();
  config.stable = {*IpAddress::parse("192.0.0.9")};
  return config;
}

}  // namespace

TEST(Parting, ALinkThatIsTakenAwaySaysGoodByeFirst) {
  auto link = up();
  play(link, {{5s, taken_away, {"farewell? disconnect"}, "up (connect)"}});
  EXPECT_FALSE(link.parted());
  play(link, {{6s, farewell_said, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"}});
  EXPECT_TRUE(link.parted());
}

TEST(Parting, AGoodByeThatHangsIsNotWaitedForLonger) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? disconnect"}, "up (connect)"},
      {15s, due, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"},
  });
}

TEST(Parting, NobodyIsWaitedForWhereNobodySaysGoodBye) {
  auto link = up(false);
  play(link, {{5s, taken_away, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"}});
  play(isp(), {{0s, taken_away, {"place changed"}, "down (start)"}});
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, taken_away, {"end 1", "place changed"}, "hanging-up (disconnect)"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, taken_away, {"place changed"}, "down (disconnect)"},
  });
}

// The routes of before are given up by the settings of before.
TEST(Parting, OtherSettingsCountWhenThePlaceIsGivenUp) {
  auto link = up();
  play(link, {
      {5s, moved(elsewhere()), {"farewell? disconnect"}, "up (connect)"},
      {6s, place_given_up, {}, "up (connect)"},  // of no question that was asked
      {7s, farewell_said, {"route back", "drained? 1", "give up place"}, "hanging-up (disconnect)"},
  });
  EXPECT_EQ(link.config(), isp());
  EXPECT_TRUE(link.parting());
  play(link, {{7s, place_given_up, {"place changed"}, "hanging-up (disconnect)"}});
  EXPECT_EQ(link.config(), elsewhere());
  EXPECT_FALSE(link.parting());
}

TEST(Parting, ASecondReloadReplacesWhatTheFirstWaitsFor) {
  auto link = up();
  play(link, {
      {5s, moved(elsewhere()), {"farewell? disconnect"}, "up (connect)"},
      {6s, taken_away, {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"},
  });
  EXPECT_TRUE(link.parted());
}

TEST(Parting, AReloadGivesTheNameBackWhileItParts) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? disconnect"}, "up (connect)"},
      {6s, moved(elsewhere()), {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1", "give up place"}, "hanging-up (disconnect)"},
      {7s, place_given_up, {"place changed"}, "hanging-up (disconnect)"},
      {8s, packet("a"), {}, "hanging-up (disconnect), 1 waiting"},
      {9s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_FALSE(link.parted());
}

TEST(Parting, AStopMeanwhileChangesNothing) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? disconnect"}, "up (connect)"},
      {6s, leave, {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"},
  });
}

TEST(Parting, ALineThatDropsMeanwhileEndsTheWait) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? disconnect"}, "up (connect)"},
      {6s, gone(1, CallEnd::NoCarrier), {"route back", "forget 10.0.0.1", "place changed"}, "down (NoCarrier)"},
  });
  auto conflicting = up();
  play(conflicting, {
      {5s, moved(elsewhere()), {"farewell? disconnect"}, "up (connect)"},
      {6s, conflict("eth0 has it"), {"route back", "end 1", "give up place"}, "hanging-up (AddressConflict)"},
  });
}

TEST(Parting, WhoIsTakenAwayCallsNoMoreUntilItIsGivenBack) {
  auto link = up(false);
  play(link, {
      {5s, taken_away, {"route back", "drained? 1", "place changed"}, "hanging-up (disconnect)"},
      {6s, packet("a"), {}, "hanging-up (disconnect)"},
      {6s, connect, {}, "hanging-up (disconnect)"},
      {7s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
      {8s, packet("b"), {}, "down (disconnect)"},
      {8s, connect, {}, "down (disconnect)"},
      {8s, unblock, {}, "down (disconnect)"},
      {8s, packet("c"), {}, "down (disconnect)"},
      {9s, moved(isp()), {"give up place"}, "down (disconnect)"},
      {9s, place_given_up, {"place changed"}, "down (disconnect)"},
      {9s, packet("d"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}
