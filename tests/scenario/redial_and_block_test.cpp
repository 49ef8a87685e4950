// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that do not come about: waiting, ever longer, giving up; and links that people have closed.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(RedialAndBlock, EachFailureInARowWaitsHalfAsLongAgain) {
  auto config = isp();
  config.call.redial_delay = 8s;
  config.call.redial_delay_max = 15s;
  config.buffer.age = 1h;
  const auto link = play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy, "BUSY"), {}, "waiting (Busy), 1 waiting"},
      {2s, packet("b"), {}, "waiting (Busy), 2 waiting"},
      {9s, due, {"start 2"}, "dialing (trigger), 2 waiting"},
      {10s, gone(2, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 2 waiting"},
      {22s, due, {"start 3"}, "dialing (trigger), 2 waiting"},
      {23s, gone(3, CallEnd::NoAnswer), {}, "waiting (NoAnswer), 2 waiting"},
      {38s, due, {"start 4"}, "dialing (trigger), 2 waiting"},
      {39s, gone(4, CallEnd::Crashed), {}, "waiting (Crashed), 2 waiting"},
      {54s, due, {"start 5"}, "dialing (trigger), 2 waiting"},
      {55s, address("10.0.0.1"), {"hand over 5 IPv4: a b"}, "up (trigger)"},
      {60s, disconnect, {"route back", "drained? 5"}, "hanging-up (disconnect)"},
      {60s, drained(5, true), {"end 5"}, "hanging-up (disconnect)"},
      {61s, gone(5, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
      {70s, packet("c"), {"start 6"}, "dialing (trigger), 1 waiting"},
      {71s, gone(6, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {79s, due, {"start 7"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().failures, 1u) << "the call that went well ended the row";
  EXPECT_EQ(link.status().calls, 7u);
}

// What judges and translates packets is gone: none of them makes a call that could not carry it.
TEST(RedialAndBlock, NoPacketCallsWhatCouldNotCarryIt) {
  auto link = play(isp(), {
      {0s, core::Impaired{true}, {}, "down (start)"},
      {1s, packet("a"), {}, "down (start)"},
      {2s, core::Impaired{false}, {}, "down (start)"},
      {3s, packet("b"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {4s, core::Impaired{true}, {}, "dialing (trigger), 1 waiting"},
      {5s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {10s, due, {}, "down (Busy), 1 waiting"},
      {11s, core::Impaired{false}, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().drops[core::Drop::impaired], 1u);
}

// The table was gone for a moment: for these packets alone.
TEST(RedialAndBlock, WhatNobodyHasJudgedDoesNotCall) {
  auto link = play(isp(), {
      {1s, core::PacketsArrived{.packets = {udp4("a")}, .judged = false}, {}, "down (start)"},
      {2s, packet("b"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {3s, core::PacketsArrived{.packets = {udp4("c")}, .judged = false}, {}, "dialing (trigger), 2 waiting"},
  });
  EXPECT_EQ(link.status().drops[core::Drop::impaired], 1u);
}

// Nor does it call later, when the pause or the hang-up is over.
TEST(RedialAndBlock, WhatNobodyHasJudgedDoesNotCallLaterEither) {
  const core::PacketsArrived unjudged{.packets = {udp4("c")}, .judged = false};
  auto link = play(isp(), {
      {1s, connect, {"start 1"}, "dialing (connect)"},
      {2s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"},
      {3s, unjudged, {}, "waiting (Busy)"},
      {7s, due, {}, "down (Busy)"},
      {8s, connect, {"start 2"}, "dialing (connect)"},
      {9s, address("10.0.0.1"), {"hand over 2 IPv4: nothing"}, "up (connect)"},
      {10s, disconnect, {"route back", "drained? 2"}, "hanging-up (disconnect)"},
      {10s, unjudged, {}, "hanging-up (disconnect)"},
      {10s, drained(2, true), {"end 2"}, "hanging-up (disconnect)"},
      {10s, unjudged, {}, "hanging-up (disconnect)"},
      {11s, gone(2, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
  });
  EXPECT_EQ(link.status().drops[core::Drop::impaired], 3u);
  EXPECT_TRUE(link.waits_for_packets());
}

// The pause protects from the provider, whoever comes and goes meanwhile.
TEST(RedialAndBlock, AStopThatDoesNotComeDoesNotEndThePause) {
  play(isp(), {
      {1s, connect, {"start 1"}, "dialing (connect)"},
      {2s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"},
      {3s, leave, {}, "waiting (Busy)"},
      {4s, unblock, {}, "waiting (Busy)"},
      {5s, packet("a"), {}, "waiting (Busy), 1 waiting"},
      {7s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(RedialAndBlock, WhenNobodyAsksAnyMoreItIsDown) {
  auto config = isp();
  config.buffer.age = 3s;
  const auto link = play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy, "BUSY"), {}, "waiting (Busy), 1 waiting"},
      {3250ms, due, {}, "waiting (Busy)"},
      {6s, due, {}, "down (Busy)"},
  });
  EXPECT_EQ(link.deadline(), std::nullopt);
  EXPECT_EQ(link.status().detail, "BUSY");
  EXPECT_EQ(link.status().drops.total(), 1u);
}

TEST(RedialAndBlock, WhatAPersonMustMendBlocksAtOnce) {
  for (const auto reason : {CallEnd::SimRefused, CallEnd::ConfigError}) {
    const std::string name(to_string(reason));
    const auto link = play(isp(), {
        {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
        {1s, packet("b"), {}, "dialing (trigger), 2 waiting"},
        {2s, gone(1, reason, "why"), {"block"}, "down (" + name + "), blocked"},
        {3s, packet("c"), {}, "down (" + name + "), blocked"},
        {4s, connect, {}, "down (" + name + "), blocked"},
        {5s, unblock, {"unblock"}, "down (unblock)"},
        {6s, packet("d"), {"start 2"}, "dialing (trigger), 1 waiting"},
    });
    EXPECT_EQ(link.status().drops.total(), 3u);
  }
}

TEST(RedialAndBlock, SoManyFailuresInARowBlock) {
  auto config = isp();
  config.call.redial_attempts = 2;
  play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {6s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {7s, gone(2, CallEnd::Busy), {"block"}, "down (Busy), blocked"},
      {8s, unblock, {"unblock"}, "down (unblock)"},
      {9s, connect, {"start 3"}, "dialing (connect)"},
      {10s, gone(3, CallEnd::Busy), {}, "waiting (Busy)"},
  });
}

TEST(RedialAndBlock, ARefusalIsTriedAFewTimesFarApart) {
  auto config = isp();
  config.buffer.age = 1h;
  const auto link = play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::AuthFailed, "no"), {}, "waiting (AuthFailed), 1 waiting"},
      {301s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {302s, gone(2, CallEnd::AuthFailed, "no"), {}, "waiting (AuthFailed), 1 waiting"},
      {602s, due, {"start 3"}, "dialing (trigger), 1 waiting"},
      {603s, gone(3, CallEnd::AuthFailed, "no"), {"block"}, "down (AuthFailed), blocked"},
      {604s, connect, {}, "down (AuthFailed), blocked"},
      {605s, unblock, {"unblock"}, "down (unblock)"},
      {606s, packet("b"), {"start 4"}, "dialing (trigger), 1 waiting"},
      {607s, gone(4, CallEnd::AuthFailed), {}, "waiting (AuthFailed), 1 waiting"},
  });
  EXPECT_EQ(link.ways().next().acceptance.refused, 1u) << "a person's unblock forgets the refusals";
}

TEST(RedialAndBlock, ASuccessForgetsRefusalsAndAPersonDoesNotWait) {
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::AuthFailed), {}, "waiting (AuthFailed)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, gone(2, CallEnd::AuthFailed), {}, "waiting (AuthFailed)"},
      {4s, connect, {"start 3"}, "dialing (connect)"},
      {5s, address("10.0.0.1"), {"hand over 3 IPv4: nothing"}, "up (connect)"},
      {6s, gone(3, CallEnd::AuthFailed, "", core::CallStage::running), {"route back", "forget 10.0.0.1"}, "waiting (AuthFailed)"},
      {7s, connect, {"start 4"}, "dialing (connect)"},
      {8s, gone(4, CallEnd::AuthFailed, "", core::CallStage::authenticating), {}, "waiting (AuthFailed)"},
  });
  EXPECT_EQ(link.ways().next().acceptance, (core::Acceptance{true, 1}));
}

// A provider that hangs up after its challenge, without a word.
TEST(RedialAndBlock, EndsWhileAuthenticatingAreRefusalsIfTheFarEndHasNeverAcceptedUs) {
  const auto ends = [](unsigned call) {
    return gone(call, CallEnd::NegotiationFailed, "while authenticating", core::CallStage::authenticating);
  };
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, ends(1), {}, "waiting (NegotiationFailed)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, ends(2), {}, "waiting (NegotiationFailed)"},
      {4s, connect, {"start 3"}, "dialing (connect)"},
      {5s, ends(3), {"block"}, "down (AuthFailed), blocked"},
  });
  EXPECT_EQ(link.status().detail, "while authenticating");
  auto accepted = unlisted(isp(), std::nullopt, one_way({.ever = true, .refused = 0}));
  play(accepted, {
      {0s, listed(), {}, "down (start)"},
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, ends(1), {}, "waiting (NegotiationFailed), 1 waiting"},
      {6s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(RedialAndBlock, RefusalsOutliveGhostd) {
  auto link = unlisted(isp(), std::nullopt, one_way({.ever = false, .refused = 2}));
  play(link, {
      {0s, listed(), {}, "down (start)"},
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::AuthFailed), {"block"}, "down (AuthFailed), blocked"},
  });
}

// The file may have been mended: the peer file, the secrets, the link's own.
TEST(RedialAndBlock, AReloadUnblocksWhatAMendedFileCanMend) {
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::ConfigError, "Couldn't load plugin"), {"block"}, "down (ConfigError), blocked"},
      {2s, reconfigured(isp()), {"unblock"}, "down (unblock)"},
      {3s, packet("a"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  auto once = isp();
  once.call.refused_attempts = 1;
  play(once, {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::AuthFailed), {"block"}, "down (AuthFailed), blocked"},
      {2s, reconfigured(once), {"unblock"}, "down (unblock)"},
      {3s, connect, {"start 2"}, "dialing (connect)"},
      {4s, gone(2, CallEnd::AuthFailed), {"block"}, "down (AuthFailed), blocked"},
  });
}

// A wrong connect script is a file, too.
TEST(RedialAndBlock, AReloadUnblocksWhatRedialAttemptsHasBlocked) {
  auto config = isp();
  config.call.redial_attempts = 1;
  for (const auto failure : {CallEnd::ConnectFailed, CallEnd::NegotiationFailed, CallEnd::Failed, CallEnd::NoCarrier})
    play(config, {
        {0s, connect, {"start 1"}, "dialing (connect)"},
        {1s, gone(1, failure), {"block"}, "down (" + std::string(to_string(failure)) + "), blocked"},
        {2s, reconfigured(config), {"unblock"}, "down (unblock)"},
    });
}

TEST(RedialAndBlock, AReloadLiftsNoOtherBlock) {
  play(isp(), {{0s, block, {"block"}, "down (block), blocked"}, {1s, reconfigured(isp()), {}, "down (block), blocked"}});
  auto mended = isp();
  mended.ppp.connect = "/etc/chatscripts/other";
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::SimRefused), {"block"}, "down (SimRefused), blocked"},
      {2s, reconfigured(isp()), {}, "down (SimRefused), blocked"},
      {3s, reconfigured(mended), {"unblock"}, "down (unblock)"},
  });
}

TEST(RedialAndBlock, AMissingDeviceIsWaitedFor) {
  auto config = isp();
  config.buffer.age = 1h;
  config.call.redial_attempts = 1;
  config.call.redial_delay = 12s;
  play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {0s, gone(1, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {12s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {12s, gone(2, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {30s, due, {"start 3"}, "dialing (trigger), 1 waiting"},
      {30s, gone(3, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {57s, due, {"start 4"}, "dialing (trigger), 1 waiting"},
      {57s, gone(4, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {87s, due, {"start 5"}, "dialing (trigger), 1 waiting"},
      {88s, gone(5, CallEnd::Busy), {"block"}, "down (Busy), blocked"},
  });
}

// Of an earlier ghostd: its pause lasts, whatever comes before the list, unless somebody asks who does not wait.
TEST(RedialAndBlock, ThePauseOfAnEarlierGhostdIsKept) {
  const auto earlier = [] {
    return core::LinkMachine(isp(), std::nullopt, Time{}, {}, Time{} + 1h);
  };
  auto patient = earlier();
  play(patient, {
      {1s, appear(10min, true), {}, "down (start)"},
      {2s, listed(), {}, "waiting (failed-before)"},
      {1h, due, {"start 1"}, "dialing (appear)"},
  });
  auto person = earlier();
  play(person, {
      {1s, appear(10min, true), {}, "down (start)"},
      {1s, connect, {}, "down (start)"},
      {2s, listed(), {"start 1"}, "dialing (connect)"},
  });
  auto other = isp();
  other.metric = 300;
  auto moved_before = earlier();
  play(moved_before, {
      {1s, moved(other), {}, "down (start)"},
      {2s, listed(), {"give up place"}, "down (start)"},
      {3s, place_given_up, {"place changed"}, "waiting (start)"},
      {4s, packet("a"), {}, "waiting (start), 1 waiting"},
  });
  auto failed_unseen = unlisted();
  play(failed_unseen, {
      {1s, gone(7, CallEnd::SimRefused), {}, "down (start)"},
      {1s, moved(other), {}, "down (start)"},
      {2s, listed(), {"block", "give up place"}, "down (SimRefused), blocked"},
  });
  // The list was late, and a living call is in it.
  auto late = earlier();
  play(late, {
      {20s, listed(), {}, "waiting (failed-before)"},
      {21s, started(7), {}, "dialing (adopted)"},
  });
}

// What goes wrong while a good-bye is said is not why the call ends.
TEST(RedialAndBlock, AHandoverThatFailsDuringTheGoodByeIsNoFailure) {
  auto config = isp();
  config.call.redial_attempts = 1;
  play(config, {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, farewell_wanted(10s), {}, "up (trigger)"},
      {3s, disconnect, {"farewell? disconnect"}, "up (trigger)"},
      {3s, handed_over(1, Family::v4, 0, 0, "no route"), {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {3s, drained(1, true), {"end 1"}, "hanging-up (disconnect)"},
      {4s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
  });
}

// The device's return ends the pause, and nothing else does.
TEST(RedialAndBlock, ADeviceThatReturnsIsDialledAtOnce) {
  auto config = isp();
  config.buffer.age = 1h;
  play(config, {
      {0s, device_returned, {}, "down (start)"},
      {1s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, device_returned, {}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {2s, device_returned, {"start 2"}, "dialing (trigger), 1 waiting"},
      {2s, gone(2, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {3s, disconnect, {}, "down (disconnect)"},
      {4s, connect, {"start 3"}, "dialing (connect)"},
      {4s, gone(3, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing)"},
      {5s, device_returned, {}, "down (DeviceMissing)"},
      {6s, packet("b"), {"start 4"}, "dialing (trigger), 1 waiting"},
  });
}

// The line died soon after the call had come up, and the missing echoes ended it much later.
TEST(RedialAndBlock, ACallThatCarriedNothingBackIsAFailureHoweverLongItLasted) {
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, queue(1, true), {}, "up (connect)"},
      {31s, due, {"received? 1"}, "up (connect)"},
      {31s, received(1, 7), {}, "up (connect)"},
      {61s, due, {"received? 1"}, "up (connect)"},
      {61s, received(1, 7), {}, "up (connect)"},
      {92s, gone(1, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
      {93s, connect, {"start 2"}, "dialing (connect)"},
      {94s, gone(2, CallEnd::Busy), {}, "waiting (Busy)"},
  });
  EXPECT_EQ(link.status().failures, 2u);
}

TEST(RedialAndBlock, ACallThatCarriedSomethingBackEndsTheRow) {
  const auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"},
      {2s, connect, {"start 2"}, "dialing (connect)"},
      {3s, address("10.0.0.1"), {"hand over 2 IPv4: nothing"}, "up (connect)"},
      {4s, queue(2, true), {}, "up (connect)"},
      {33s, due, {"received? 2"}, "up (connect)"},
      {33s, received(2, 7), {}, "up (connect)"},
      {63s, due, {"received? 2"}, "up (connect)"},
      {63s, received(2, 8), {}, "up (connect)"},
      {92s, gone(2, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
  });
  EXPECT_EQ(link.status().failures, 0u);
}

TEST(RedialAndBlock, TheSupervisorsLossIsAFailureLikeOthers) {
  play(isp(), {
      {0s, supervisor_gone, {}, "down (start)"},
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, supervisor_gone, {}, "waiting (SupervisorLost), 1 waiting"},
      {2s, supervisor_gone, {}, "waiting (SupervisorLost), 1 waiting"},
      {6s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
      {7s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"},
      {8s, supervisor_gone, {"route back", "forget 10.0.0.1"}, "waiting (SupervisorLost)"},
  });
}

TEST(RedialAndBlock, BlockedInEveryState) {
  play(isp(), {
      {0s, block, {"block"}, "down (block), blocked"},
      {1s, block, {}, "down (block), blocked"},
      {2s, packet("a"), {}, "down (block), blocked"},
      {3s, connect, {}, "down (block), blocked"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, block, {"block", "end 1"}, "hanging-up (block), blocked"},
      {1s, packet("b"), {}, "hanging-up (block), blocked"},
      {2s, gone(1, CallEnd::HungUp), {}, "down (block), blocked"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, block, {"block", "route back", "drained? 1"}, "hanging-up (block), blocked"},
      {2s, drained(1, true), {"end 1"}, "hanging-up (block), blocked"},
      {3s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (block), blocked"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
      {2s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"},
      {3s, block, {"block"}, "hanging-up (disconnect), blocked"},
      {4s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect), blocked"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, block, {"block"}, "down (block), blocked"},
      {3s, unblock, {"unblock"}, "down (unblock)"},
      {4s, unblock, {}, "down (unblock)"},
      {5s, packet("b"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

// A call that failed while it was being blocked does not wait for another.
TEST(RedialAndBlock, BlockedWhileAFailedCallIsEnded) {
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {195s, due, {"end 1"}, "hanging-up (TimedOut)"},
      {196s, block, {"block"}, "hanging-up (TimedOut), blocked"},
      {197s, gone(1, CallEnd::Killed), {}, "down (Killed), blocked"},
  });
}

// A restart is nobody's word that the password is right now.
TEST(RedialAndBlock, AnEarlierGhostdsBlockStands) {
  auto link = unlisted(isp(), core::Block{"AuthFailed", "why"});
  EXPECT_TRUE(link.blocked());
  EXPECT_EQ(link.status().detail, "why");
  play(link, {
      {0s, packet("a"), {}, "down (AuthFailed), blocked"},
      {0s, listed(), {}, "down (AuthFailed), blocked"},
      {1s, connect, {}, "down (AuthFailed), blocked"},
      {2s, appear(600s), {}, "down (AuthFailed), blocked"},
      {3s, unblock, {"unblock"}, "down (unblock)"},
      {4s, packet("b"), {"start 1"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(RedialAndBlock, AnEarlierGhostdsBlockEndsTheCallItLeft) {
  auto link = unlisted(isp(), core::Block{"block", ""});
  play(link, {
      {0s, started(7), {"route back", "drained? 7"}, "hanging-up (block), blocked"},
      {0s, drained(7, true), {"end 7"}, "hanging-up (block), blocked"},
      {1s, gone(7, CallEnd::HungUp), {}, "down (block), blocked"},
  });
}
