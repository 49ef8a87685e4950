// SPDX-License-Identifier: GPL-2.0-or-later
// A far end that gives itself or us an address that somebody here has: the call ends at once, and has failed.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(AddressConflict, EndsTheCallBeforeAnythingIsHandedOver) {
  auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, conflict("10.10.10.2 lies in 10.10.10.0/24 of lan0"), {"end 1"}, "hanging-up (AddressConflict), 1 waiting"},
      {2s, conflict("again"), {}, "hanging-up (AddressConflict), 1 waiting"},
      {2s, address("10.64.64.77"), {}, "hanging-up (AddressConflict), 1 waiting"},
      {3s, gone(1, CallEnd::HungUp), {}, "waiting (AddressConflict), 1 waiting"},
  });
  EXPECT_EQ(link.status().detail, "10.10.10.2 lies in 10.10.10.0/24 of lan0");
  EXPECT_EQ(link.status().failures, 1U);
  EXPECT_EQ(link.status().replayed_packets, 0U);
}

TEST(AddressConflict, TakesTheRouteBackFromACallThatIsUp) {
  const auto link = play(dual(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {3s, address("10.64.64.77"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {4s, conflict("fd77:10::7 lies in fd77:10::/64 of lan0"), {"route back", "end 1"}, "hanging-up (AddressConflict)"},
      {4s, packet("b"), {}, "hanging-up (AddressConflict), 1 waiting"},
      {5s, gone(1, CallEnd::HungUp), {"forget 10.64.64.77"}, "waiting (AddressConflict), 1 waiting"},
  });
  EXPECT_EQ(link.status().failures, 1U);
}

TEST(AddressConflict, BothEndsTheSameIsOne) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, agreed(1, "10.64.64.77", "10.64.64.77"), {"end 1"}, "hanging-up (AddressConflict), 1 waiting"},
      {3s, gone(1, CallEnd::HungUp), {}, "waiting (AddressConflict), 1 waiting"},
  });
  EXPECT_EQ(link.status().detail, "the far end gave both ends 10.64.64.77");
}

TEST(AddressConflict, OfNoCallIsNobodysBusiness) {
  play(isp(), {
      {0s, conflict("a"), {}, "down (start)"},
      {1s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, conflict("b"), {}, "waiting (Busy), 1 waiting"},
  });
}

TEST(AddressConflict, AsOftenAsACallMayFailBlocks) {
  auto config = isp();
  config.call.redial_attempts = 1;
  play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {2s, conflict("a"), {"end 1"}, "hanging-up (AddressConflict), 1 waiting"},
      {3s, gone(1, CallEnd::HungUp), {"block"}, "down (AddressConflict), blocked"},
  });
}
