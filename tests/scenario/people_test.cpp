// SPDX-License-Identifier: GPL-2.0-or-later
// Connect, Disconnect and a reload, in every state.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(People, ConnectHoldsTheLinkForOneIdleTime) {
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, connect, {}, "dialing (connect)"},
      {10s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {10s, queue(1, true), {}, "up (connect)"},
      {200s, connect, {}, "up (connect)"},
      {310s, due, {"idle? 1"}, "up (connect)"},
      {310s, idle(1, 0s), {}, "up (connect)"},
      {500s, due, {"idle? 1"}, "up (connect)"},
      {500s, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (idle)"},
      {501s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (idle)"},  // and is not called for again
  });
  EXPECT_EQ(link.status().trigger, "connect");
}

// An appearance that gives up takes its own wish back, with its hour.
TEST(People, AConnectHoldsTheLinkForItsOwnTime) {
  play(isp(), {
      {0s, appear(1h), {"start 1"}, "dialing (appear)"},
      {1s, connect, {}, "dialing (appear)"},
      {2s, core::AppearanceOver{}, {}, "dialing (appear)"},
      {10s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (appear)"},
      {10s, queue(1, true), {}, "up (appear)"},
      {310s, due, {"idle? 1"}, "up (appear)"},
      {310s, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (idle)"},
  });
}

TEST(People, AShorterIdleTimeoutReachesALivingCall) {
  auto config = isp();
  config.call.idle_timeout = 1h;
  auto shorter = isp();
  play(std::move(config), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {3s, queue(1, true), {}, "up (trigger)"},
      {10s, core::Reconfigured{shorter}, {}, "up (trigger)"},
      {310s, due, {"idle? 1"}, "up (trigger)"},
  });
}

TEST(People, ConnectWhileWaitingDialsAtOnce) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, connect, {"start 2"}, "dialing (connect), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (connect)"},
  });
}

TEST(People, ConnectDuringTheHangUpIsTheNextCall) {
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {3s, connect, {}, "hanging-up (disconnect)"},
      {4s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (connect)"},
  });
}

TEST(People, AConnectThatFailedIsNotRepeatedForThem) {
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"},
      {6s, due, {}, "down (Busy)"},
  });
}

TEST(People, DisconnectWhileDialingForgetsWhatAsked) {
  const auto link = play(isp(), {
      {0s, disconnect, {}, "down (start)"},
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, connect, {}, "dialing (trigger), 1 waiting"},
      {2s, disconnect, {"end 1"}, "hanging-up (disconnect)"},
      {3s, disconnect, {}, "hanging-up (disconnect)"},
      {4s, gone(1, CallEnd::HungUp), {}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
  EXPECT_EQ(link.status().failures, 0u);
}

// What waits for a family that has not come would otherwise call again the moment the line is free.
TEST(People, DisconnectWhileUpForgetsWhatStillWaits) {
  const auto link = play(dual(), {
      {0s, packet6("x"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (trigger), 1 waiting"},
      {2s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {3s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
}

TEST(People, DisconnectWhileHangingUpForgetsWhatCameSince) {
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {3s, packet("a"), {}, "hanging-up (disconnect), 1 waiting"},
      {4s, connect, {}, "hanging-up (disconnect), 1 waiting"},
      {5s, disconnect, {}, "hanging-up (disconnect)"},
      {6s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
}

TEST(People, DisconnectWhileWaitingEndsTheWait) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, disconnect, {}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
  EXPECT_EQ(link.deadline(), std::nullopt);
}

TEST(People, ADroppedLineIsNotResumedAgainstTheirWill) {
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {100s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {101s, disconnect, {}, "down (disconnect)"},
      {102s, connect, {"start 2"}, "dialing (connect)"},
      {103s, gone(2, CallEnd::Busy), {}, "waiting (Busy)"},
      {108s, due, {}, "down (Busy)"},
  });
}

TEST(People, AReloadWithASmallerBudgetDropsTheOldest) {
  auto smaller = isp();
  smaller.buffer.packets = 1;
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {2s, reconfigured(smaller), {}, "dialing (trigger), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 1 IPv4: b"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
}

TEST(People, AReloadHangsUpNobody) {
  auto other = isp();
  other.call.idle_timeout = 10s;
  other.call.hangup_timeout = 1s;
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, reconfigured(other), {}, "dialing (connect)"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, queue(1, true), {}, "up (connect)"},
      {3s, reconfigured(other), {}, "up (connect)"},
      {12s, due, {"idle? 1"}, "up (connect)"},
  });
}

TEST(People, ALinkThatIsNeverIdleWaitsForNothing) {
  auto config = isp();
  config.call.idle_timeout = Duration::max();
  auto link = play(config, {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {1s, queue(1, true), {}, "up (connect)"},
      {62s, core::StandsBehind{false}, {}, "up (connect)"},  // it has carried something back for long enough
  });
  EXPECT_EQ(link.deadline(), std::nullopt);
  play(link, {{63s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
              {68s, due, {"start 2"}, "dialing (resume)"}});
}

// "infinity" in any of the spans: nothing wraps around.
TEST(People, EndlessSpansAreWaitedFor) {
  auto config = isp();
  constexpr Duration endless = std::chrono::hours(24 * 365 * 10);
  config.call.idle_timeout = config.call.dial_timeout = config.call.negotiate_timeout = endless;
  config.call.hangup_timeout = config.call.redial_delay = config.call.redial_delay_max = endless;
  config.buffer.age = endless;
  auto link = play(config, {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"}});
  EXPECT_EQ(link.deadline(), Time{} + endless + 250ms) << "the packet's age comes before the dial's end";
  play(link, {
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, connect, {"start 2"}, "dialing (connect), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (connect)"},
      {3s, queue(2, true), {}, "up (connect)"},
      {64s, core::StandsBehind{false}, {}, "up (connect)"},
  });
  EXPECT_EQ(link.deadline(), Time{} + 3s + endless);
}

TEST(People, LeaveHangsUpAndNothingCallsAgain) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, farewell_wanted(10s), {}, "up (trigger)"},
      {3s, leave, {"farewell? stop"}, "up (trigger)"},
      {3s, packet("b"), {"reinject b"}, "up (trigger)"},  // the line stands while the good-bye is said
      {4s, farewell_said, {"route back", "drained? 1"}, "hanging-up (stop)"},
      {5s, packet("c"), {}, "hanging-up (stop)"},
      {5s, connect, {}, "hanging-up (stop)"},
      {6s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (stop)"},
      {7s, packet("d"), {}, "down (stop)"},
      {8s, connect, {}, "down (stop)"},
      {9s, unblock, {}, "down (stop)"},  // the stop came to nothing, and somebody says so
      {10s, packet("e"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

// Whoever said it has not stopped ghostd after all.
TEST(People, ABarOfAStopThatDoesNotComeEndsAfterAnHour) {
  play(isp(), {
      {1s, leave, {}, "down (start)"},
      {1h, packet("a"), {}, "down (start)"},
      {1h + 1s, due, {}, "down (stop-over)"},
      {1h + 2s, packet("b"), {"start 1"}, "dialing (trigger), 1 waiting"},
  });
}

// The machine slept for longer than that while the call was ended.
TEST(People, ABarDoesNotEndBeforeTheCallThatItEnds) {
  auto link = machine();
  const auto at = [](core::Duration d) { return core::Time{} + d; };
  std::ignore = link.step(connect, at(0s));
  std::ignore = link.step(leave, at(1s));
  std::ignore = link.step(packet("a"), at(2h));
  std::ignore = link.step(due, at(2h));
  EXPECT_TRUE(std::holds_alternative<core::Down>(link.state()));
  EXPECT_TRUE(link.barred());
  EXPECT_EQ(link.status().calls, 1u);
  EXPECT_LE(link.deadline(), at(2h));
  std::ignore = link.step(due, at(2h));
  EXPECT_FALSE(link.barred());
  EXPECT_EQ(link.status().reason, "stop-over");
}

TEST(People, LeaveEndsADialAndWhatWaitsForTheNext) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, leave, {"end 1"}, "hanging-up (stop)"},
      {2s, gone(1, CallEnd::HungUp), {}, "down (stop)"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, leave, {}, "waiting (Busy)"},
      {6s, due, {}, "down (Busy)"},
  });
}

TEST(People, ALineThatDropsAfterLeaveIsNotCalledAgain) {
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, farewell_wanted(10s), {}, "up (connect)"},
      {3s, leave, {"farewell? stop"}, "up (connect)"},
      {4s, gone(1, CallEnd::NoCarrier), {"route back", "forget 10.0.0.1"}, "waiting (NoCarrier)"},
      {9s, due, {}, "down (NoCarrier)"},
  });
}
