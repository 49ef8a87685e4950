// SPDX-License-Identifier: GPL-2.0-or-later
// Who has told people that we are here tells them that we go, before the line drops; and an appearance's hold.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

core::LinkMachine up_with_good_bye() {
  return play(isp(), {
      {0s, appear(600s), {"start 1"}, "dialing (appear)"},
      {0s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (appear)"},
      {0s, handed_over(1, Family::v4, 0), {}, "up (appear)"},
      {0s, queue(1, true), {}, "up (appear)"},
      {0s, farewell_wanted(10s), {}, "up (appear)"},
  });
}

}  // namespace

TEST(Farewell, ComesBeforeTheLineDrops) {
  auto link = up_with_good_bye();
  play(link, {
      {700s, idle(1, 0s), {"farewell? idle"}, "up (appear)"},
      {701s, disconnect, {}, "up (appear)"},  // it is leaving already
      {702s, farewell_said, {"route back", "drained? 1"}, "hanging-up (idle)"},
      {702s, farewell_said, {}, "hanging-up (idle)"},
  });
}

TEST(Farewell, NobodyIsWaitedForLonger) {
  auto link = up_with_good_bye();
  play(link, {
      {5s, disconnect, {"farewell? disconnect"}, "up (appear)"},
      {15s, due, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
  });
}

TEST(Farewell, ABlockedLinkSaysItToo) {
  auto link = up_with_good_bye();
  play(link, {
      {5s, block, {"block", "farewell? block"}, "up (appear), blocked"},
      {6s, packet("a"), {}, "up (appear), blocked"},
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (block), blocked"},
  });
}

TEST(Farewell, WhoConnectsAfterItGetsTheNextCall) {
  auto link = up_with_good_bye();
  play(link, {
      {5s, disconnect, {"farewell? disconnect"}, "up (appear)"},
      {6s, connect, {}, "up (appear)"},
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {7s, drained(1, true), {"end 1"}, "hanging-up (disconnect)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (connect)"},
  });
}

TEST(Farewell, IsOfOneCall) {
  auto link = up_with_good_bye();
  play(link, {
      {5s, gone(1, CallEnd::HungUp), {"route back", "forget 10.0.0.1"}, "waiting (HungUp)"},
      {10s, due, {"start 2"}, "dialing (resume)"},
      {11s, address("10.0.0.2"), {"hand over 2 IPv4: nothing"}, "up (resume)"},
      {12s, disconnect, {"route back", "drained? 2"}, "hanging-up (disconnect)"},
  });
}

TEST(Farewell, ALineThatDropsWhileWeLeaveIsNotCalledAgain) {
  auto link = up_with_good_bye();
  play(link, {
      {5s, disconnect, {"farewell? disconnect"}, "up (appear)"},
      {6s, gone(1, CallEnd::HungUp), {"route back", "forget 10.0.0.1"}, "waiting (HungUp)"},
      {11s, due, {}, "down (HungUp)"},
  });
}

TEST(Hold, LastsFromTheMomentTheLinkIsUp) {
  auto link = play(isp(), {
      {0s, appear(600s), {"start 1"}, "dialing (appear)"},
      {20s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (appear)"},
      {20s, handed_over(1, Family::v4, 0), {}, "up (appear)"},
      {20s, queue(1, true), {}, "up (appear)"},
      {320s, due, {"idle? 1"}, "up (appear)"},
      {320s, idle(1, 0s), {}, "up (appear)"},
      {620s, due, {"idle? 1"}, "up (appear)"},
      {620s, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (idle)"},
  });
}

TEST(Hold, IsNotShortenedByAConnect) {
  auto link = up_with_good_bye();
  play(link, {
      {1s, connect, {}, "up (appear)"},
      {400s, idle(1, 0s), {}, "up (appear)"},
  });
}

TEST(Hold, WhoIsPatientWaitsForTheDelayOfAFailedCall) {
  auto link = play(isp(), {
      {0s, appear(600s), {"start 1"}, "dialing (appear)"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"},
      {1s, appear(600s, true), {}, "waiting (Busy)"},
      {6s, due, {"start 2"}, "dialing (appear)"},
      {7s, gone(2, CallEnd::Busy), {}, "waiting (Busy)"},
      {8s, appear(600s), {"start 3"}, "dialing (appear)"},
  });
}
