// SPDX-License-Identifier: GPL-2.0-or-later
// A call's IPv4 address counts once its far end has answered a question, or is silent for too long. core/peer_gate.hpp has the pauses.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

core::LinkMachine dialing(core::LinkConfig config = isp()) {
  return play(std::move(config), {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"}});
}

core::LinkMachine asking(core::LinkConfig config = isp()) {
  auto link = dialing(std::move(config));
  play(link, {{5s, address("10.0.0.1", "10.0.0.2"), {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"}});
  return link;
}

}  // namespace

TEST(FarEnd, IsAskedAgainUntilItAnswers) {
  auto link = asking();
  play(link, {
      {5020ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
      {5030ms, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {5060ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 2 waiting"},
      {5070ms, answered("10.0.0.1"), {"stop asking", "hand over 1 IPv4: a b"}, "up (trigger)"},
      {5080ms, answered("10.0.0.1"), {}, "up (trigger)"},
  });
}

TEST(FarEnd, ThatIsSilentIsNotWaitedForLonger) {
  auto config = isp();
  config.call.peer_wait = 100ms;
  auto link = asking(config);
  play(link, {
      {5020ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
      {5060ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
      {5100ms, due, {"stop asking, in vain", "received? 1", "hand over 1 IPv4: a"}, "up (trigger)"},
  });
}

// pppd tells them some milliseconds after the kernel has shown the address.
TEST(FarEnd, NameServersAreAskedToo) {
  auto link = asking();
  play(link, {
      {5010ms, agreed(1, "10.0.0.1", "10.0.0.2"), {}, "dialing (trigger), 1 waiting"},
      {5020ms, due, {"ask 10.0.0.2 9.9.9.10 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(FarEnd, NobodyIsAskedWhereNobodyNeedsTo) {
  auto config = isp();
  config.call.peer_wait = 0s;
  auto link = dialing(config);
  play(link, {{5s, address("10.0.0.1", "10.0.0.2"), {"hand over 1 IPv4: a"}, "up (trigger)"}});
  auto alone = dialing();
  play(alone, {{5s, address("10.0.0.1", "10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"}});
  auto v6 = play(dual(), {{0s, packet6("x"), {"start 1"}, "dialing (trigger), 1 waiting"}});
  play(v6, {{5s, address("2001:db8:5::1", "fe80::1"), {"hand over 1 IPv6: x"}, "up (trigger)"}});
  auto down = machine();
  play(down, {{5s, address("10.0.0.1", "10.0.0.2"), {}, "down (start)"}});
}

TEST(FarEnd, AnAddressThatIsLostMeanwhileDoesNotCount) {
  auto link = asking();
  play(link, {
      {6s, address_gone("10.0.0.1"), {"stop asking"}, "dialing (trigger), 1 waiting"},
      {6s, answered("10.0.0.1"), {}, "dialing (trigger), 1 waiting"},
      {7s, address("10.0.0.3", "10.0.0.2"), {"ask 10.0.0.2 from 10.0.0.3"}, "dialing (trigger), 1 waiting"},
      {7s, answered("10.0.0.1"), {}, "dialing (trigger), 1 waiting"},
      {7s, answered("10.0.0.3"), {"stop asking", "hand over 1 IPv4: a"}, "up (trigger)"},
  });
}

TEST(FarEnd, IsAskedNoMoreWhenTheCallEnds) {
  auto link = asking();
  play(link, {
      {6s, gone(1, CallEnd::NoCarrier), {"stop asking"}, "waiting (NoCarrier), 1 waiting"},
      {6s, answered("10.0.0.1"), {}, "waiting (NoCarrier), 1 waiting"},
  });
  auto ended = asking();
  play(ended, {{6s, disconnect, {"end 1", "stop asking"}, "hanging-up (disconnect)"}});
}

// The second family of a call.
TEST(FarEnd, IsAskedWhileTheOtherFamilyCarries) {
  auto link = play(dual(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, address("2001:db8:5::1"), {"hand over 1 IPv6: nothing"}, "up (trigger), 1 waiting"},
      {2s, address("10.0.0.1", "10.0.0.2"), {"ask 10.0.0.2 from 10.0.0.1"}, "up (trigger), 1 waiting"},
      {2010ms, answered("10.0.0.1"), {"stop asking", "hand over 1 IPv4: a"}, "up (trigger)"},
      {3s, address("10.0.0.1", "10.0.0.2"), {}, "up (trigger)"},  // told again
  });
}

// Each further call would cost as much and carry as little. An idle timer that ends them before their echoes fail must not keep that up.
TEST(FarEnd, ACallThatCarriedNothingBackIsAFailure) {
  auto config = isp();
  config.call.peer_wait = 100ms;
  config.call.idle_timeout = 20s;
  const auto silent = [&] {
    auto link = asking(config);
    play(link, {
        {5020ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
        {5060ms, due, {"ask 10.0.0.2 from 10.0.0.1"}, "dialing (trigger), 1 waiting"},
        {5100ms, due, {"stop asking, in vain", "received? 1", "hand over 1 IPv4: a"}, "up (trigger)"},
        {5100ms, received(1, 4), {}, "up (trigger)"},
        {5110ms, queue(1, true), {}, "up (trigger)"},
        {25100ms, due, {"received? 1", "idle? 1"}, "up (trigger)"},
    });
    return link;
  };
  auto nothing = silent();
  play(nothing, {
      {25100ms, received(1, 4), {}, "up (trigger)"},
      {25100ms, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (nothing-back)"},
      {25200ms, drained(1, true), {"end 1"}, "hanging-up (nothing-back)"},
      {26s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "waiting (nothing-back)"},
      {27s, packet("b"), {}, "waiting (nothing-back), 1 waiting"},
      {31s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(nothing.status().failures, 1U);
  auto something = silent();
  play(something, {
      {25100ms, received(1, 5), {}, "up (trigger)"},
      {25100ms, idle(1, 0s), {"route back", "drained? 1"}, "hanging-up (idle)"},
      {25200ms, drained(1, true), {"end 1"}, "hanging-up (idle)"},
      {26s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (idle)"},
  });
  EXPECT_EQ(something.status().failures, 0U);
}
