// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 and IPv6 in one call: each is handed over when its address comes, or refused when it does not.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(Families, EachIsHandedOverWhenItsAddressComes) {
  play(dual(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet6("x"), {}, "dialing (trigger), 2 waiting"},
      {2s, packet("b"), {}, "dialing (trigger), 3 waiting"},
      {3s, address("10.0.0.1"), {"hand over 1 IPv4: a b"}, "up (trigger), 1 waiting"},
      {4s, packet6("y"), {}, "up (trigger), 2 waiting"},
      {4s, packet("c"), {"reinject c"}, "up (trigger), 2 waiting"},
      {10s, address("2001:db8:5::1"), {"hand over 1 IPv6: x y"}, "up (trigger)"},
      {10s, packet6("z"), {"reinject z"}, "up (trigger)"},
      {10200ms, due, {"settle 1"}, "up (trigger)"},
      {10200ms, queue(1, true), {}, "up (trigger)"},
      {20s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {21s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "forget 2001:db8:5::1"}, "down (disconnect)"},
  });
}

TEST(Families, AFamilyThatDoesNotComeIsRefused) {
  const auto link = play(dual(), {
      {0s, packet6("x"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (trigger), 1 waiting"},
      {18s, due, {"refuse IPv6"}, "up (trigger)"},
      // The queue is not settled before it is known which families are there.
      {18s, due, {"settle 1"}, "up (trigger)"},
      {19s, packet6("y"), {}, "up (trigger)"},
      {19s, packet("a"), {"reinject a"}, "up (trigger)"},
      {19s, queue(1, true), {}, "up (trigger)"},
      {60s, address("2001:db8:5::1"), {"admit IPv6", "hand over 1 IPv6: nothing"}, "up (trigger)"},
      {60s, packet6("z"), {"reinject z"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().drops.total(), 2u);
}

TEST(Families, OneThatIsLostIsRefusedTheOtherGoesOn) {
  play(dual(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {3s, address("2001:db8:5::1"), {"hand over 1 IPv6: nothing"}, "up (trigger), 1 waiting"},
      {4s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {4s, queue(1, true), {}, "up (trigger)"},
      {9s, address_gone("2001:db8:5::1"), {"route IPv6 back", "forget 2001:db8:5::1"}, "up (trigger)"},
      {10s, packet6("x"), {}, "up (trigger), 1 waiting"},
      {24s, due, {"refuse IPv6"}, "up (trigger)"},
      {303s, due, {"idle? 1"}, "up (trigger)"},
      {303s, idle(1, -1s), {"route back", "drained? 1"}, "hanging-up (idle)"},
      {304s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (idle)"},
  });
}

TEST(Families, WhenBothAreLostTheCallHasFailed) {
  play(dual(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {3s, address("2001:db8:5::1"), {"hand over 1 IPv6: nothing"}, "up (trigger), 1 waiting"},
      {4s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {5s, address_gone("2001:db8:5::1"), {"route IPv6 back", "forget 2001:db8:5::1"}, "up (trigger)"},
      {6s, address_gone("10.0.0.1"), {"route IPv4 back", "forget 10.0.0.1"}, "up (trigger)"},
      {21s, due, {"route back", "drained? 1"}, "hanging-up (address-lost)"},
  });
}

// The provider offers IPv6; the link has no stable address for it.
TEST(Families, AnAddressOfAFamilyTheLinkDoesNotCarryIsNobodysBusiness) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("2001:db8:5::1"), {}, "dialing (trigger), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {3s, address("2001:db8:5::1"), {}, "up (trigger)"},
      {4s, packet6("x"), {}, "up (trigger)"},
      {5s, address_gone("2001:db8:5::1"), {}, "up (trigger)"},
  });
}

// No call could carry it: it must neither start one nor, waiting for ever, start the one after.
TEST(Families, APacketOfAFamilyTheLinkDoesNotCarryNeitherCallsNorWaits) {
  const auto link = play(isp(), {
      {0s, packet6("x"), {}, "down (start)"},
      {1s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, packet6("y"), {}, "dialing (trigger), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {4s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {4s, packet6("z"), {}, "hanging-up (disconnect)"},
      {5s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops.total(), 3u);
}

TEST(Families, AReloadThatTakesAFamilyAwayTakesItsPackets) {
  const auto link = play(dual(), {
      {0s, packet6("x"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet("a"), {}, "dialing (trigger), 2 waiting"},
      {2s, reconfigured(isp()), {}, "dialing (trigger), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
  });
  EXPECT_EQ(link.status().drops.total(), 1u);
}
