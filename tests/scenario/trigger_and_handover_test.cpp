// SPDX-License-Identifier: GPL-2.0-or-later
// From the first packet to the ordinary queue of a call that stands.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(TriggerAndHandover, APacketWakesTheLinkAndNothingIsLost) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, started(1), {}, "dialing (trigger), 1 waiting"},
      {2s, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {3s, interface, {"prepare interface"}, "dialing (trigger), 2 waiting"},
      {3s, agreed(1, "10.0.0.1", "10.0.0.254"), {}, "dialing (trigger), 2 waiting"},
      {3s, packet("c"), {}, "dialing (trigger), 3 waiting"},
      {4s, address("10.0.0.1"), {"hand over 1 IPv4: a b c"}, "up (trigger)"},
      {4s, handed_over(1, Family::v4, 4), {}, "up (trigger)"},
      {4s, packet("late"), {"reinject late"}, "up (trigger)"},
      {4s, sent_on(1), {}, "up (trigger)"},
      {4200ms, due, {"settle 1"}, "up (trigger)"},
      {4200ms, queue(1, false), {}, "up (trigger)"},
      {4400ms, due, {"settle 1"}, "up (trigger)"},
      {4400ms, queue(1, true), {}, "up (trigger)"},
      {304s, due, {"idle? 1"}, "up (trigger)"},
  });
  const auto status = link.status({"gd-isp", "ppp-isp"});
  EXPECT_EQ(status.trigger, "udp 192.0.0.2:5353 -> 9.9.9.9:53");
  EXPECT_EQ(status.interface, "ppp-isp");
  EXPECT_EQ(status.demand_interface, "gd-isp");
  EXPECT_EQ(status.calls, 1u);
  EXPECT_EQ(status.replayed_packets, 5u) << "four by the handover, the late one by itself";
  EXPECT_EQ(status.drops.total(), 0u);
  EXPECT_EQ(status.remote_address, IpAddress::parse("10.0.0.254"));
  EXPECT_EQ(status.local_addresses, (std::vector{*IpAddress::parse("10.0.0.1")}));
  EXPECT_EQ(status.dns, (std::vector{*IpAddress::parse("9.9.9.10")}));
}

TEST(TriggerAndHandover, ASynAndItsRetransmitsLeaveAsOne) {
  const auto link = play(isp(), {
      {0s, syn("s"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, syn("s"), {}, "dialing (trigger), 1 waiting"},
      {3s, syn("s"), {}, "dialing (trigger), 1 waiting"},
      {4s, syn("t"), {}, "dialing (trigger), 2 waiting"},
      {5s, address("10.0.0.1"), {"hand over 1 IPv4: s t"}, "up (trigger)"},
      {6s, syn("s"), {"reinject s"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().coalesced_packets, 2u);
}

TEST(TriggerAndHandover, WhatIsNoPacketCallsNobody) {
  const auto link = play(isp(), {
      {0s, malformed, {}, "down (start)"},
      {1s, core::PacketsArrived{{{}}}, {}, "down (start)"},
      {2s, connect, {"start 1"}, "dialing (connect)"},
      {3s, malformed, {}, "dialing (connect)"},
      {4s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {5s, malformed, {}, "up (connect)"},
  });
  EXPECT_EQ(link.status().malformed_packets, 4u);
  EXPECT_EQ(link.status().drops.total(), 0u);
}

TEST(TriggerAndHandover, TheBudgetDropsTheOldestAndTheyAreCounted) {
  auto config = isp();
  config.buffer.packets = 2;
  const auto link = play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {2s, packet("c"), {}, "dialing (trigger), 2 waiting"},
      {3s, packet("d"), {}, "dialing (trigger), 2 waiting"},
      {4s, address("10.0.0.1"), {"hand over 1 IPv4: c d"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().drops.total(), 2u);
}

TEST(TriggerAndHandover, WhatWaitsTooLongIsDroppedInOneGo) {
  auto config = isp();
  config.buffer.age = 10s;
  const auto link = play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {200ms, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {1s, packet("c"), {}, "dialing (trigger), 3 waiting"},
      {10250ms, due, {}, "dialing (trigger), 1 waiting"},
      {11s, address("10.0.0.1"), {"hand over 1 IPv4: c"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().drops.total(), 2u);
}

TEST(TriggerAndHandover, WhatTheKernelWouldNotTakeIsCounted) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a b"}, "up (trigger)"},
      {2s, handed_over(1, Family::v4, 1, 1), {}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().replayed_packets, 1u);
  EXPECT_EQ(link.status().drops.total(), 1u);
}

TEST(TriggerAndHandover, AHandoverThatFailsEndsTheCallAndCallsAgain) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, handed_over(1, Family::v4, 0, 1, "no route"), {"route back", "drained? 1"}, "hanging-up (handover-failed)"},
      {2s, drained(1, true), {"end 1"}, "hanging-up (handover-failed)"},
      {3s, packet("b"), {}, "hanging-up (handover-failed), 1 waiting"},
      {4s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "waiting (handover-failed), 1 waiting"},
      {9s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().failures, 1u);
}

TEST(TriggerAndHandover, WhatAFailedHandoverCouldNotTryWaitsForTheNextCall) {
  core::HandedOver failed{CallSerial{1}, Family::v4, {}, "no table", {}};
  failed.kept.push_back(std::get<core::PacketsArrived>(packet("a")).packets.at(0));
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, failed, {"route back", "drained? 1"}, "hanging-up (handover-failed), 1 waiting"},
      {2s, drained(1, true), {"end 1"}, "hanging-up (handover-failed), 1 waiting"},
      {4s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "waiting (handover-failed), 1 waiting"},
      {9s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {11s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"},
  });
}

TEST(TriggerAndHandover, ALineThatNeverCatchesUpGetsItsQueueByForce) {
  std::vector<Row> rows{{0s, connect, {"start 1"}, "dialing (connect)"},
                        {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"}};
  for (auto t = 1200ms; t < 61s; t += 200ms) {
    rows.push_back({t, due, {"settle 1"}, "up (connect)"});
    rows.push_back({t, queue(1, false), {}, "up (connect)"});
  }
  rows.push_back({61s, due, {"settle 1 by force"}, "up (connect)"});
  rows.push_back({61s, queue(1, true), {}, "up (connect)"});
  rows.push_back({301s, due, {"idle? 1"}, "up (connect)"});
  play(isp(), std::move(rows));
}

TEST(TriggerAndHandover, ADialThatComesToNothingIsBrokenOff) {
  // 60 s to dial, twice 45 s to negotiate, 15 s to hang up, 30 s of patience with the supervisor.
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {195s, due, {"end 1"}, "hanging-up (TimedOut)"},
      {196s, gone(1, CallEnd::HungUp), {}, "waiting (TimedOut)"},
      {201s, due, {}, "down (TimedOut)"},
  });
  EXPECT_EQ(link.deadline(), std::nullopt);
}
