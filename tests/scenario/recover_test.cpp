// SPDX-License-Identifier: GPL-2.0-or-later
// The ladder against a wedged modem ([Recover]): which step is taken when, what waits for its end, and what ends the row.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;
using core::RecoveryStep;

namespace {

core::LinkConfig modem() {
  auto config = isp();
  config.buffer.age = 24h;
  config.call.redial_delay = config.call.redial_delay_max = 10s;
  config.recover.reset = {"ATZ"};
  config.recover.power = "/usr/local/sbin/power";
  config.recover.after = 2;
  config.recover.settle = 30s;
  config.recover.timeout = 60s;
  return config;
}

std::string last_step(const core::LinkMachine& link) {
  const auto& r = link.status().recovery;
  return r.step + " " + r.result + (r.detail.empty() ? "" : ": " + r.detail) + ", " + std::to_string(r.steps);
}

}  // namespace

// clang-format off

TEST(Ladder, TheMildestStepComesFirstAndEachFurtherOneAfterAsManyFailures) {
  auto link = play(modem(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 1 waiting"},
      {11s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {12s, gone(2, CallEnd::NoAnswer), {"recover by reset after 2"}, "waiting (NoAnswer), 1 waiting"},
      {13s, packet("b"), {}, "waiting (NoAnswer), 2 waiting"},
      {15s, step_done(2, RecoveryStep::reset), {}, "waiting (NoAnswer), 2 waiting"},
      // The modem settles: longer than the pause.
      {45s, due, {"start 3"}, "dialing (trigger), 2 waiting"},
      {46s, gone(3, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 2 waiting"},
      {56s, due, {"start 4"}, "dialing (trigger), 2 waiting"},
      {57s, gone(4, CallEnd::NoCarrier), {"recover by power after 4"}, "waiting (NoCarrier), 2 waiting"},
      {58s, step_failed(4, RecoveryStep::power, "exit status 1"), {}, "waiting (NoCarrier), 2 waiting"},
      // It has not helped, so nothing settles, and the strongest one is repeated.
      {67s, due, {"start 5"}, "dialing (trigger), 2 waiting"},
      {68s, gone(5, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 2 waiting"},
      {78s, due, {"start 6"}, "dialing (trigger), 2 waiting"},
      {79s, gone(6, CallEnd::NoCarrier), {"recover by power after 6"}, "waiting (NoCarrier), 2 waiting"},
  });
  EXPECT_EQ(last_step(link), "power running, 3");
}

TEST(Ladder, ReasonsThatAreNotNamedNeitherCountNorEndTheRow) {
  play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::Failed), {}, "waiting (Failed)"},
      {4s, connect, {"start 3"}, "dialing (connect)"},
      {5s, gone(3, CallEnd::DeviceMissing), {"recover by reset after 3"}, "waiting (DeviceMissing)"},
  });
}

TEST(Ladder, AFailureBehindAModemThatWorksBeginsItAnew) {
  play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::Busy), {}, "waiting (Busy)"},
      {4s, connect, {"start 3"}, "dialing (connect)"},
      {5s, gone(3, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {6s, connect, {"start 4"}, "dialing (connect)"},
      {7s, gone(4, CallEnd::NoCarrier), {"recover by reset after 4"}, "waiting (NoCarrier)"},
  });
}

TEST(Ladder, ACallThatCarriedSomethingBackBeginsItAnew) {
  auto link = play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::NoCarrier), {"recover by reset after 2"}, "waiting (NoCarrier)"},
      {4s, step_done(2, RecoveryStep::reset), {}, "waiting (NoCarrier)"},
      {5s, connect, {"start 3"}, "dialing (connect)"},
      {6s, address("10.0.0.1"), {"hand over 3 IPv4: nothing"}, "up (connect)"},
      {7s, queue(3, true), {}, "up (connect)"},
      {8s, received(3, 4), {}, "up (connect)"},
      {68s, received(3, 5), {}, "up (connect)"},
      {70s, gone(3, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
      {71s, connect, {"start 4"}, "dialing (connect)"},
      {72s, gone(4, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {73s, connect, {"start 5"}, "dialing (connect)"},
      {74s, gone(5, CallEnd::NoCarrier), {"recover by reset after 5"}, "waiting (NoCarrier)"},
  });
  EXPECT_EQ(last_step(link), "reset running, 2");
}

TEST(Ladder, NoMoreStepsWithinADayThanPerDaySays) {
  auto config = modem();
  config.recover.power.clear();
  config.recover.after = 1;
  config.recover.per_day = 2;
  auto link = play(config, {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {"recover by reset after 1"}, "waiting (NoCarrier)"},
      {2s, step_done(1, RecoveryStep::reset), {}, "waiting (NoCarrier)"},
      {3s, connect, {"start 2"}, "dialing (connect)"},
      {4s, gone(2, CallEnd::NoCarrier), {"recover by reset after 2"}, "waiting (NoCarrier)"},
      {5s, step_done(2, RecoveryStep::reset), {}, "waiting (NoCarrier)"},
      {6s, connect, {"start 3"}, "dialing (connect)"},
      {7s, gone(3, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
  });
  // A restart does not grant more, and a day does.
  const core::Clocks then{Time{} + 8s, core::WallTime(std::chrono::hours(500000))};
  const auto memory = core::saved(link.ladder().past(), then);
  const core::Clocks rebooted{Time{} + 3s, then.wall + 1min};
  auto ladder = core::restored(memory, rebooted);
  EXPECT_EQ(ladder.add(config.recover, CallEnd::NoCarrier, core::CallStage::connecting, rebooted.now), std::nullopt);
  EXPECT_EQ(ladder.add(config.recover, CallEnd::NoCarrier, core::CallStage::connecting, rebooted.now + 24h), RecoveryStep::reset);
  // A clock that was put back makes no step younger than now.
  auto back = core::restored(memory, {Time{} + 3s, then.wall - 1h});
  EXPECT_EQ(back.today(Time{} + 3s), 2U);
  EXPECT_EQ(back.add(config.recover, CallEnd::NoCarrier, core::CallStage::connecting, Time{} + 3s + 24h), RecoveryStep::reset);
}

TEST(Ladder, APersonWaitsForTheStepAndForNothingElse) {
  play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::NoCarrier), {"recover by reset after 2"}, "waiting (NoCarrier)"},
      {4s, connect, {}, "waiting (NoCarrier)"},
      {6s, step_done(2, RecoveryStep::reset), {"start 3"}, "dialing (connect)"},
  });
  play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::NoCarrier), {"recover by reset after 2"}, "waiting (NoCarrier)"},
      {4s, packet("a"), {}, "waiting (NoCarrier), 1 waiting"},
      {5s, disconnect, {}, "waiting (NoCarrier)"},
      {6s, step_done(2, RecoveryStep::reset), {}, "down (NoCarrier)"},
  });
}

TEST(Ladder, AStepOfWhichNobodyHearsIsGivenUp) {
  auto link = play(modem(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {}, "waiting (NoCarrier)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::NoCarrier), {"recover by reset after 2"}, "waiting (NoCarrier)"},
      {4s, packet("a"), {}, "waiting (NoCarrier), 1 waiting"},
      {93s, due, {"start 3"}, "dialing (trigger), 1 waiting"},
      {94s, step_done(2, RecoveryStep::reset), {}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(last_step(link), "reset failed: ghost-supervisor did not report its end in time, 1");
  play(link, {
      {95s, gone(3, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 1 waiting"},
      {105s, due, {"start 4"}, "dialing (trigger), 1 waiting"},
      {106s, gone(4, CallEnd::NoCarrier), {"recover by power after 4"}, "waiting (NoCarrier), 1 waiting"},
      {107s, supervisor_gone, {}, "waiting (NoCarrier), 1 waiting"},
      {116s, due, {"start 5"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Ladder, ALinkThatMayNotCallTakesNoStep) {
  auto config = modem();
  config.recover.after = 1;
  play(config, {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, about_to_sleep, {"end 1"}, "hanging-up (sleep)"},
      {2s, gone(1, CallEnd::NoCarrier), {}, "down (sleep)"},
  });
  play(config, {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::NoCarrier), {"recover by reset after 1"}, "waiting (NoCarrier)"},
      {2s, block, {"block"}, "waiting (block), blocked"},
      {3s, step_done(1, RecoveryStep::reset), {}, "down (block), blocked"},
  });
}

TEST(Ladder, AReloadThatMovesTheLinkWaitsForTheStep) {
  auto config = modem(), there = dual();
  config.recover.after = 1;
  play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::NoCarrier), {"recover by reset after 1"}, "waiting (NoCarrier), 1 waiting"},
      {2s, moved(there), {}, "waiting (NoCarrier), 1 waiting"},
      {3s, step_failed(1, RecoveryStep::reset), {"give up place"}, "down (NoCarrier), 1 waiting"},
      {4s, place_given_up, {"place changed"}, "waiting (NoCarrier), 1 waiting"},
      {11s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Ladder, AStepOfAnEarlierGhostdIsWaitedFor) {
  auto link = unlisted(modem());
  play(link, {
      {0s, step_runs(7, RecoveryStep::power), {}, "waiting (failed-before)"},
      {1s, packet("a"), {}, "waiting (failed-before), 1 waiting"},
      {1s, listed(7), {}, "waiting (failed-before), 1 waiting"},
      {2s, step_done(7, RecoveryStep::power), {"start 8"}, "dialing (trigger), 1 waiting"},
  });
}
