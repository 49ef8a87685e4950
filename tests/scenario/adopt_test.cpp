// SPDX-License-Identifier: GPL-2.0-or-later
// A call that an earlier ghostd began lives on: the new one takes it over as it finds it.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(Adopt, ACallThatStands) {
  const auto link = play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      {0s, agreed(7, "10.0.0.1", "10.0.0.254"), {}, "dialing (adopted)"},
      {0s, address("10.0.0.1"), {"hand over 7 IPv4: nothing"}, "up (adopted)"},
      {10s, disconnect, {"route back", "drained? 7"}, "hanging-up (disconnect)"},
      {10s, drained(7, true), {"end 7"}, "hanging-up (disconnect)"},
      {11s, gone(7, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
      {12s, packet("a"), {"start 8"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().calls, 2u);
}

TEST(Adopt, ACallThatIsStillBeingMade) {
  play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      {1s, packet("a"), {}, "dialing (adopted), 1 waiting"},
      {2s, interface, {"prepare interface"}, "dialing (adopted), 1 waiting"},
      {3s, address("10.0.0.1"), {"hand over 7 IPv4: a"}, "up (adopted)"},
  });
}

// The earlier ghostd had led traffic into it: the route is back before the call ends, and no more packet is in its queue.
TEST(Adopt, ACallThatEndsBeforeItsAddressIsSeenCarriesNothingMore) {
  play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      {0s, packet("a"), {}, "dialing (adopted), 1 waiting"},
      {0s, gone(7, CallEnd::NoCarrier), {"route back"}, "waiting (NoCarrier), 1 waiting"},
  });
  play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      {0s, disconnect, {"route back", "drained? 7"}, "hanging-up (disconnect)"},
      {50ms, due, {"drained? 7"}, "hanging-up (disconnect)"},
      {100ms, drained(7, true), {"end 7"}, "hanging-up (disconnect)"},
      {1s, gone(7, CallEnd::HungUp), {}, "down (disconnect)"},
  });
  play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      {0s, conflict("eth0 has it"), {"route back", "end 7"}, "hanging-up (AddressConflict)"},
  });
}

TEST(Adopt, ACallThatComesToNothingIsEnded) {
  play(isp(), {
      {0s, started(7), {}, "dialing (adopted)"},
      // The supervisor ends a call that gets no address before. A slow dial that ghostd's restart interrupts must not be made twice.
      {195s, due, {"route back", "drained? 7"}, "hanging-up (TimedOut)"},
      {195s, drained(7, true), {"end 7"}, "hanging-up (TimedOut)"},
      {196s, gone(7, CallEnd::HungUp), {}, "waiting (TimedOut)"},
      {201s, due, {}, "down (TimedOut)"},
  });
}

TEST(Adopt, OnlyWhatIsNewerThanTheLastCall) {
  auto link = unlisted();
  play(link, {
      {0s, listed(5), {}, "down (start)"},
      {0s, started(4), {}, "down (start)"},
      {0s, started(5), {}, "down (start)"},
      {0s, gone(6, CallEnd::HungUp), {}, "down (start)"},
      {0s, agreed(6, "10.0.0.1", "10.0.0.254"), {}, "down (start)"},
      {1s, started(6), {}, "dialing (adopted)"},
      {2s, gone(6, CallEnd::Busy), {"route back"}, "waiting (Busy)"},
      {3s, started(6), {}, "waiting (Busy)"},
      {3s, started(9), {}, "dialing (adopted)"},
      {4s, gone(9, CallEnd::Busy), {"route back"}, "waiting (Busy)"},
      {11500ms, due, {}, "down (Busy)"},
      {15s, started(6), {}, "down (Busy)"},
  });
}

// It was blocked before the supervisor told of the call.
TEST(Adopt, ABlockedLinkEndsWhatItFinds) {
  play(isp(), {
      {0s, block, {"block"}, "down (block), blocked"},
      {0s, started(7), {"route back", "drained? 7"}, "hanging-up (block), blocked"},
      {0s, address("10.0.0.1"), {}, "hanging-up (block), blocked"},
      {0s, drained(7, true), {"end 7"}, "hanging-up (block), blocked"},
      {1s, gone(7, CallEnd::HungUp), {}, "down (block), blocked"},
  });
}

// ---- before the supervisor has listed what lives ----------------------------------------------------------------------------

TEST(Unlisted, WhatAsksForACallWaitsUntilItIsKnownThatNoneLives) {
  auto link = unlisted();
  play(link, {
      {0s, packet("a"), {}, "down (start), 1 waiting"},
      {0s, connect, {}, "down (start), 1 waiting"},
      {1s, listed(), {"start 1"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Unlisted, WhatWaitsMeetsTheCallThatLives) {
  auto link = unlisted();
  play(link, {
      {0s, appear(600s), {}, "down (start)"},
      {0s, packet("a"), {}, "down (start), 1 waiting"},
      {1s, started(7), {}, "dialing (adopted), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 7 IPv4: a"}, "up (adopted)"},
      {3s, listed(100), {}, "up (adopted)"},
      {4s, queue(7, true), {}, "up (adopted)"},
      {302s, due, {"idle? 7"}, "up (adopted)"},
      {302s, idle(7, 0s), {}, "up (adopted)"},  // the hold
      {602s, due, {"idle? 7"}, "up (adopted)"},
  });
}

// A packet does not wait for ever, and nobody is told late.
TEST(Unlisted, WhatWaitsTooLongIsDropped) {
  auto link = unlisted();
  play(link, {
      {0s, packet("a"), {}, "down (start), 1 waiting"},
      {120250ms, due, {}, "down (start)"},
      {121s, listed(), {}, "down (start)"},
  });
}

TEST(Unlisted, APersonWhoDisconnectsMeansTheCallThatIsFound) {
  auto link = unlisted();
  play(link, {
      {0s, packet("a"), {}, "down (start), 1 waiting"},
      {0s, disconnect, {}, "down (start)"},
      {1s, started(7), {"route back", "drained? 7"}, "hanging-up (disconnect)"},
      {1s, drained(7, true), {"end 7"}, "hanging-up (disconnect)"},
      {2s, gone(7, CallEnd::HungUp), {}, "down (disconnect)"},
  });
  EXPECT_TRUE(link.ended_on_purpose());
}

TEST(Unlisted, UnlessHeWantsOneAfterAll) {
  auto link = unlisted();
  play(link, {
      {0s, disconnect, {}, "down (start)"},
      {0s, connect, {}, "down (start)"},
      {1s, started(7), {}, "dialing (adopted)"},
  });
}

TEST(Unlisted, AStopForgetsWhatWaitsAndEndsTheCallThatIsFound) {
  auto link = unlisted();
  play(link, {
      {0s, packet("a"), {}, "down (start), 1 waiting"},
      {0s, connect, {}, "down (start), 1 waiting"},
      {1s, leave, {}, "down (start)"},
      {1s, connect, {}, "down (start)"},
      {2s, started(7), {"route back", "drained? 7"}, "hanging-up (stop)"},
      {2s, drained(7, true), {"end 7"}, "hanging-up (stop)"},
      {3s, gone(7, CallEnd::HungUp), {}, "down (stop)"},
      {3s, listed(), {}, "down (stop)"},
  });
}

TEST(Unlisted, ABlockAndItsEndCountAtOnce) {
  auto link = unlisted(isp(), core::Block{"AuthFailed", "why"});
  play(link, {
      {0s, connect, {}, "down (AuthFailed), blocked"},
      {0s, unblock, {"unblock"}, "down (unblock)"},
      {0s, connect, {}, "down (unblock)"},
      {1s, block, {"block"}, "down (block), blocked"},
      {2s, listed(), {}, "down (block), blocked"},
  });
}

// Serials begin where the clock stands, once the supervisor has told what it had to tell.
TEST(Adopt, SerialsOfOurOwnAreNewerThanAnyBefore) {
  auto link = unlisted();
  play(link, {
      {0s, listed(1000), {}, "down (start)"},
      {0s, listed(10), {}, "down (start)"},
      {0s, started(999), {}, "down (start)"},
      {0s, packet("a"), {"start 1001"}, "dialing (trigger), 1 waiting"},
      {0s, gone(999, CallEnd::AuthFailed), {}, "dialing (trigger), 1 waiting"},
  });
}
