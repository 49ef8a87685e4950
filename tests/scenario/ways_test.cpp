// SPDX-License-Identifier: GPL-2.0-or-later
// A link that can call by several peers. They take turns, and the one that worked is the first next time. A peer that only a
// person can help is left out.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;
using Peers = std::vector<core::PeerStatus>;

namespace {

core::LinkConfig patient() {
  auto config = two_ways();
  config.buffer.age = 2h;
  config.call.refused_attempts = 2;
  return config;
}

}  // namespace

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

TEST(WaysOfALink, TakeTurnsAndShareOnePause) {
  const auto link = play(patient(), {
      {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy, "BUSY"), {}, "waiting (Busy), 1 waiting"},
      {6s, due, {"start 2 by second"}, "dialing (trigger), 1 waiting"},
      {7s, gone(2, CallEnd::NoCarrier), {}, "waiting (NoCarrier), 1 waiting"},
      {14500ms, due, {"start 3 by first"}, "dialing (trigger), 1 waiting"},
      {15s, gone(3, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {26250ms, due, {"start 4 by second"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().failures, 3u);
  EXPECT_EQ(link.status().peer, "second");
  EXPECT_EQ(link.status().peers, (Peers{{"first", ""}, {"second", ""}}));
}

TEST(WaysOfALink, TheOneThatWorkedIsTheFirstNextTime) {
  play(patient(), {
      {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {6s, due, {"start 2 by second"}, "dialing (trigger), 1 waiting"},
      {7s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"},
      {8s, queue(2, true), {}, "up (trigger)"},
      {200s, gone(2, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
      {201s, packet("b"), {}, "waiting (PeerDead), 1 waiting"},
      {205s, due, {"start 3 by second"}, "dialing (trigger), 1 waiting"},
      {206s, address("10.0.0.1"), {"hand over 3 IPv4: b"}, "up (trigger)"},
      {207s, queue(3, true), {}, "up (trigger)"},
      // ghostd itself ends this one, soon.
      {208s, disconnect, {"route back", "drained? 3"}, "hanging-up (disconnect)"},
      {208s, drained(3, true), {"end 3"}, "hanging-up (disconnect)"},
      {209s, gone(3, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"},
      {210s, packet("c"), {"start 4 by second"}, "dialing (trigger), 1 waiting"},
      {211s, disconnect, {"end 4"}, "hanging-up (disconnect)"},
      {212s, gone(4, CallEnd::HungUp), {}, "down (disconnect)"},
      {213s, packet("d"), {"start 5 by second"}, "dialing (trigger), 1 waiting"},
  });
}

// It came up, and carried nothing back: its line may be dead.
TEST(WaysOfALink, ACallThatWasNotGoodIsAFailureOfItsWay) {
  play(patient(), {
      {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {2s, queue(1, true), {}, "up (trigger)"},
      {31s, due, {"received? 1"}, "up (trigger)"},
      {31s, received(1, 7), {}, "up (trigger)"},
      {61s, due, {"received? 1"}, "up (trigger)"},
      {61s, received(1, 7), {}, "up (trigger)"},
      {92s, gone(1, CallEnd::PeerDead), {"route back", "forget 10.0.0.1"}, "waiting (PeerDead)"},
      {93s, connect, {"start 2 by second"}, "dialing (connect)"},
      // A call that ghostd gives up has failed, too.
      {288s, due, {"end 2"}, "hanging-up (TimedOut)"},
      {289s, gone(2, CallEnd::HungUp), {}, "waiting (TimedOut)"},
      {290s, connect, {"start 3 by first"}, "dialing (connect)"},
  });
}

// The refusals of one way do not count for the other, and are not forgotten while that calls.
TEST(WaysOfALink, OneThatIsRefusedTooOftenIsOut) {
  auto link = play(patient(), {
      {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::AuthFailed, "no"), {}, "waiting (AuthFailed), 1 waiting"},
      {301s, due, {"start 2 by second"}, "dialing (trigger), 1 waiting"},
      {302s, gone(2, CallEnd::AuthFailed), {}, "waiting (AuthFailed), 1 waiting"},
      {602s, due, {"start 3 by first"}, "dialing (trigger), 1 waiting"},
      {603s, gone(3, CallEnd::AuthFailed, "no"), {}, "waiting (AuthFailed), 1 waiting"},
  });
  EXPECT_EQ(link.status().peers, (Peers{{"first", "AuthFailed"}, {"second", ""}}));
  EXPECT_EQ(link.status().detail, "no more calls by peer first, until ghostctl unblock or reload: no");
  play(link, {
      {903s, due, {"start 4 by second"}, "dialing (trigger), 1 waiting"},
      {904s, gone(4, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {909s, due, {"start 5 by second"}, "dialing (trigger), 1 waiting"},
      {910s, gone(5, CallEnd::AuthFailed, "no"), {"block"}, "down (AuthFailed), blocked"},
      {911s, packet("b"), {}, "down (AuthFailed), blocked"},
  });
  EXPECT_EQ(link.status().peers, (Peers{{"first", "AuthFailed"}, {"second", "AuthFailed"}}));
  EXPECT_EQ(link.status().detail, "no");
  play(link, {
      {912s, unblock, {"unblock"}, "down (unblock)"},
      {913s, packet("c"), {"start 6 by first"}, "dialing (trigger), 1 waiting"},
      {914s, gone(6, CallEnd::AuthFailed), {}, "waiting (AuthFailed), 1 waiting"},
      {1214s, due, {"start 7 by second"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.status().peers, (Peers{{"first", ""}, {"second", ""}}));
}

TEST(WaysOfALink, AWrongFileTakesOnlyItsWayOut) {
  const auto one_is_out = [] {
    return play(patient(), {
        {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
        {1s, gone(1, CallEnd::ConfigError, "isp:2: no such option"), {}, "waiting (ConfigError), 1 waiting"},
        {6s, due, {"start 2 by second"}, "dialing (trigger), 1 waiting"},
        {7s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"},
    });
  };
  const Peers all{{"first", ""}, {"second", ""}};
  auto unblocked = one_is_out();
  play(unblocked, {{8s, unblock, {}, "up (trigger)"}});
  EXPECT_EQ(unblocked.status().peers, all);
  auto mended = one_is_out();
  play(mended, {{8s, reconfigured(patient()), {}, "up (trigger)"}});
  EXPECT_EQ(mended.status().peers, all);
  auto both = one_is_out();
  play(both, {
      {8s, gone(2, CallEnd::ConfigError), {"route back", "forget 10.0.0.1", "block"}, "down (ConfigError), blocked"},
      {9s, reconfigured(patient()), {"unblock"}, "down (unblock)"},
      {10s, connect, {"start 3 by first"}, "dialing (connect)"},
  });
}

// Each further try does harm, and the ways may share the modem.
TEST(WaysOfALink, ASimBlocksTheLinkAtOnce) {
  play(patient(), {
      {0s, connect, {"start 1 by first"}, "dialing (connect)"},
      {1s, gone(1, CallEnd::SimRefused), {"block"}, "down (SimRefused), blocked"},
      {2s, reconfigured(patient()), {}, "down (SimRefused), blocked"},
      {3s, unblock, {"unblock"}, "down (unblock)"},
  });
}

TEST(WaysOfALink, WhileADeviceIsMissingTheOtherCalls) {
  play(patient(), {
      {0s, packet("a"), {"start 1 by first"}, "dialing (trigger), 1 waiting"},
      {0s, gone(1, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {5s, due, {"start 2 by second"}, "dialing (trigger), 1 waiting"},
      {6s, gone(2, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {11s, due, {"start 3 by first"}, "dialing (trigger), 1 waiting"},
      {11s, gone(3, CallEnd::DeviceMissing), {}, "waiting (DeviceMissing), 1 waiting"},
      {12s, device_returned, {"start 4 by first"}, "dialing (trigger), 1 waiting"},
  });
}

// As the news say it. A supervisor of an earlier version says nothing.
TEST(WaysOfALink, OfAnEarlierGhostdsCall) {
  auto link = play(patient(), {{0s, started(7, "second"), {}, "dialing (adopted)"}});
  EXPECT_EQ(link.status().peer, "second");
  play(link, {
      {1s, gone(7, CallEnd::NoCarrier), {"route back"}, "waiting (NoCarrier)"},
      {2s, connect, {"start 8 by first"}, "dialing (connect)"},
  });
  for (const auto* peer : {"", "third"}) {
    auto other = play(patient(), {{0s, started(7, peer), {}, "dialing (adopted)"}});
    EXPECT_EQ(other.status().peer, peer);
    play(other, {
        {1s, gone(7, CallEnd::ConfigError), {"route back"}, "waiting (ConfigError)"},
        {2s, connect, {"start 8 by first"}, "dialing (connect)"},
    });
    EXPECT_EQ(other.status().peers, (Peers{{"first", ""}, {"second", ""}})) << "it says nothing about them";
  }
  auto one = isp();
  one.ppp.peers = {"isp"};
  EXPECT_EQ(play(one, {{0s, started(7), {}, "dialing (adopted)"}}).status().peer, "isp") << "no name is told of one way";
}

// It ended while no ghostd ran: by the way that was saved as the next.
TEST(WaysOfALink, OfACallThatEndedUnseen) {
  auto link = unlisted(patient(), std::nullopt, core::Ways({"first", "second"}, "second"));
  play(link, {
      {0s, gone(7, CallEnd::ConfigError), {}, "down (start)"},
      {0s, listed(), {}, "waiting (ConfigError)"},
      {1s, connect, {"start 8 by first"}, "dialing (connect)"},
  });
  EXPECT_EQ(link.status().peers, (Peers{{"first", ""}, {"second", "ConfigError"}}));
}

TEST(WaysOfALink, AnotherListBeginsAnew) {
  auto three = patient();
  three.ppp.peers = {"third", "second", "first"};
  auto others = patient();
  others.ppp.peers = {"x", "y"};
  const auto first_is_out = [] {
    return play(patient(), {
        {0s, connect, {"start 1 by first"}, "dialing (connect)"},
        {1s, gone(1, CallEnd::ConfigError), {}, "waiting (ConfigError)"},
        {2s, connect, {"start 2 by second"}, "dialing (connect)"},
    });
  };
  auto link = first_is_out();
  play(link, {{3s, reconfigured(three), {}, "dialing (connect)"}});
  EXPECT_EQ(link.status().peers, (Peers{{"third", ""}, {"second", ""}, {"first", ""}}));
  play(link, {
      {4s, gone(2, CallEnd::Busy), {}, "waiting (Busy)"},
      {5s, connect, {"start 3 by first"}, "dialing (connect)"},
  });
  // The present call is by none of them.
  auto other = first_is_out();
  play(other, {
      {3s, reconfigured(others), {}, "dialing (connect)"},
      {4s, gone(2, CallEnd::ConfigError), {}, "waiting (ConfigError)"},
      {5s, connect, {"start 3 by x"}, "dialing (connect)"},
  });
  EXPECT_EQ(other.status().peers, (Peers{{"x", ""}, {"y", ""}}));
}

// Nobody can have saved that all are out of a link that is not blocked.
TEST(WaysOfALink, ASavedFileThatSomebodyHasChanged) {
  auto link = unlisted(patient(), std::nullopt,
                       core::Ways::saved({{"first", {}, CallEnd::ConfigError}, {"second", {}, CallEnd::ConfigError}}, "first"));
  play(link, {{0s, listed(), {}, "down (start)"}, {1s, connect, {"start 1 by second"}, "dialing (connect)"}});
}

TEST(WaysOfALink, TheDialIsToldWithItsPeer) {
  auto link = machine(two_ways());
  const auto step = link.step(connect, Time{});
  ASSERT_EQ(step.transitions.size(), 1u);
  EXPECT_EQ(step.transitions[0].peer, "first");
  auto one = two_ways();
  one.ppp.peers = {"first"};
  auto alone = machine(one);
  EXPECT_EQ(alone.step(connect, Time{}).transitions.at(0).peer, "") << "there is no other";
  EXPECT_EQ(alone.status().peer, "first");
}
