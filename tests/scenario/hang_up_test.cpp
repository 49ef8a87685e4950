// SPDX-License-Identifier: GPL-2.0-or-later
// The way down: idle, asked for, or against our will; and what comes in meanwhile.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

// A link that is up since 0 s as call 1 with 10.0.0.1; its queue is an ordinary one.
core::LinkMachine up(core::LinkConfig config = isp()) {
  return play(std::move(config), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {0s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {0s, handed_over(1, Family::v4, 1), {}, "up (trigger)"},
      {0s, queue(1, true), {}, "up (trigger)"},
  });
}

}  // namespace

TEST(HangUp, IdleAsTheKernelSays) {
  auto link = up();
  play(link, {
      {300s, due, {"idle? 1"}, "up (trigger)"},
      {300s, idle(1, 20s), {}, "up (trigger)"},
      {320s, due, {"idle? 1"}, "up (trigger)"},
      {320s, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (idle)"},
      {320s, drained(1, false), {}, "hanging-up (idle)"},
      {320050ms, due, {"drained? 1"}, "hanging-up (idle)"},
      {320060ms, drained(1, true), {"end 1"}, "hanging-up (idle)"},
      {320070ms, drained(1, true), {}, "hanging-up (idle)"},
      {321s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (idle)"},
  });
  EXPECT_EQ(link.deadline(), std::nullopt);
  EXPECT_EQ(link.status({"gd-isp", "ppp-isp"}).interface, "");
}

// A better default route is back: what is on the call lives, but no longer than StandbyLinger= says.
TEST(HangUp, BehindABetterRouteACallLingersAsLongAsItMay) {
  auto config = isp();
  config.standby_linger = 60s;
  auto link = up(config);
  play(link, {
      {10s, core::StandsBehind{true}, {}, "up (trigger)"},
      {20s, core::StandsBehind{false}, {}, "up (trigger)"},
      {100s, core::StandsBehind{true}, {}, "up (trigger)"},
      {110s, core::StandsBehind{true}, {}, "up (trigger)"},
      {160s, due, {"route back", "drained? 1"}, "hanging-up (standby)"},
  });
}

// Money is not spent on ignorance.
TEST(HangUp, WhetherItIsIdleIsAskedAgainTwiceWhereNobodyKnows) {
  const core::IdleReport nobody_knows{CallSerial{1}, std::nullopt};
  auto link = up();
  play(link, {
      {300s, due, {"idle? 1"}, "up (trigger)"},
      {300s, nobody_knows, {}, "up (trigger)"},
      {301s, due, {"idle? 1"}, "up (trigger)"},
      {301s, idle(1, 20s), {}, "up (trigger)"},
      {321s, due, {"idle? 1"}, "up (trigger)"},
      {321s, nobody_knows, {}, "up (trigger)"},
      {322s, due, {"idle? 1"}, "up (trigger)"},
      {322s, nobody_knows, {}, "up (trigger)"},
      {323s, due, {"idle? 1"}, "up (trigger)"},
      {323s, nobody_knows, {"route back", "drained? 1"}, "hanging-up (idle-unknown)"},
      {323s, drained(1, true), {"end 1"}, "hanging-up (idle-unknown)"},
      {324s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "waiting (idle-unknown)"},
  });
}

TEST(HangUp, WhatComesDuringTheHangUpWaitsForTheNextCall) {
  auto link = up();
  play(link, {
      {10s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {10s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"},
      {10s, drained(1, true), {"end 1"}, "hanging-up (disconnect), 1 waiting"},
      {11s, packet("c"), {}, "hanging-up (disconnect), 2 waiting"},
      {12s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (trigger), 2 waiting"},
      {15s, address("10.0.0.2"), {"hand over 2 IPv4: b c"}, "up (trigger)"},
  });
}

TEST(HangUp, ADeadLineNeverRunsDry) {
  auto link = up();
  std::vector<Row> rows{{10s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"}};
  for (auto t = 10050ms; t < 20s; t += 50ms) rows.push_back({t, due, {"drained? 1"}, "hanging-up (disconnect)"});
  rows.push_back({20s, due, {"end 1"}, "hanging-up (disconnect)"});
  // 15 s until pppd is killed, 30 s of patience with the supervisor.
  rows.push_back({65s, due, {"forget 10.0.0.1"}, "down (disconnect)"});
  play(link, std::move(rows));
  EXPECT_EQ(link.status().detail, "ghost-supervisor did not report the end of the call in time");
}

TEST(HangUp, TheLineDropsWhileItDrains) {
  auto link = up();
  play(link, {
      {10s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {11s, gone(1, CallEnd::CarrierLost, "Modem hangup"), {"forget 10.0.0.1"}, "down (disconnect)"},
      {12s, drained(1, true), {}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().detail, "Modem hangup");
}

TEST(HangUp, ALineThatDropsUnderConversationsIsCalledAgain) {
  auto link = up();
  play(link, {
      {100s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {105s, due, {"start 2"}, "dialing (resume)"},
      {106s, address("10.0.0.2"), {"hand over 2 IPv4: nothing"}, "up (resume)"},
  });
  EXPECT_EQ(link.status().trigger, "udp 192.0.0.2:5353 -> 9.9.9.9:53") << "it is still the reason";
  EXPECT_EQ(link.status().failures, 0u) << "a call of 100 s was not a failure";
}

// A person's hold is not a conversation: nobody waits for what the line would bring.
TEST(HangUp, AHoldAloneIsNotCalledForAgain) {
  play(isp(), {
      {0s, core::ConnectAsked{.by = "connect", .hold = 2h}, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, queue(1, true), {}, "up (connect)"},
      {301s, due, {"idle? 1"}, "up (connect)"},
      {301s, idle(1, 0s), {}, "up (connect)"},
      {1000s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {1005s, due, {}, "down (CarrierLost)"},
  });
}

TEST(HangUp, ConversationsAreCalledForOnlyAsLongAsTheyWouldHaveLived) {
  auto link = up();
  play(link, {
      {297s, gone(1, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
      {302s, due, {}, "down (PeerDead)"},
  });
  EXPECT_EQ(link.deadline(), std::nullopt);
}

TEST(HangUp, ALineThatDropsAtOnceAgainAndAgainIsLeftAloneForLonger) {
  auto link = up();
  play(link, {
      {1s, gone(1, CallEnd::PeerHungUp), {"route back", "forget 10.0.0.1"}, "waiting (PeerHungUp)"},
      {6s, due, {"start 2"}, "dialing (resume)"},
      {7s, address("10.0.0.2"), {"hand over 2 IPv4: nothing"}, "up (resume)"},
      {8s, gone(2, CallEnd::PeerHungUp), {"route back", "forget 10.0.0.2"}, "waiting (PeerHungUp)"},
      {15500ms, due, {"start 3"}, "dialing (resume)"},
  });
  EXPECT_EQ(link.status().failures, 2u);
}

TEST(HangUp, ADroppedLineWithPacketsWaitingIsTheirCall) {
  auto link = up();
  play(link, {
      {350s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {351s, packet("b"), {}, "waiting (CarrierLost), 1 waiting"},
      {355s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(HangUp, AnAddressThatIsLostAndNotReplacedEndsTheCall) {
  auto link = up();
  play(link, {
      {10s, address_gone("10.0.0.9"), {}, "up (trigger)"},
      {10s, address_gone("10.0.0.1"), {"route IPv4 back", "forget 10.0.0.1"}, "up (trigger)"},
      {11s, packet("b"), {}, "up (trigger), 1 waiting"},
      {25s, due, {"route back", "drained? 1"}, "hanging-up (address-lost), 1 waiting"},
      {25s, drained(1, true), {"end 1"}, "hanging-up (address-lost), 1 waiting"},
      {26s, gone(1, CallEnd::HungUp), {}, "waiting (address-lost), 1 waiting"},
      {31s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(HangUp, AnotherAddressTakesOver) {
  auto link = up();
  play(link, {
      {10s, address_gone("10.0.0.1"), {"route IPv4 back", "forget 10.0.0.1"}, "up (trigger)"},
      {11s, packet("b"), {}, "up (trigger), 1 waiting"},
      {12s, address("10.0.0.7"), {"hand over 1 IPv4: b"}, "up (trigger)"},
      {13s, address("10.0.0.8"), {}, "up (trigger)"},
      {13s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {14s, gone(1, CallEnd::HungUp), {"forget 10.0.0.7"}, "down (disconnect)"},
  });
}
