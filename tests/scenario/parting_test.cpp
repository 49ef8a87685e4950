// SPDX-License-Identifier: GPL-2.0-or-later
// A reload gives a link another place, or takes it away. Its call is hung up in order before: whoever has promised a good-bye says
// it, and the place is given up when pppd has exited.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

core::LinkMachine up(bool good_bye = true) {
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {0s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {0s, queue(1, true), {}, "up (connect)"},
  });
  if (good_bye) play(link, {{0s, farewell_wanted(10s), {}, "up (connect)"}});
  return link;
}

core::LinkConfig elsewhere() {
  auto config = isp();
  config.metric = 700;
  return config;
}

core::LinkConfig another_address() {
  auto config = isp();
  config.stable = {*IpAddress::parse("192.0.0.9")};
  return config;
}

}  // namespace

TEST(Parting, ALinkThatIsTakenAwaySaysGoodByeAndHangsUpFirst) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? gone"}, "up (connect)"},
      {6s, farewell_said, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {7s, drained(1, true), {"end 1"}, "hanging-up (gone)"},
  });
  EXPECT_FALSE(link.parted());
  EXPECT_TRUE(link.has_place());
  play(link, {{8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone)"}});
  EXPECT_FALSE(link.parted());
  EXPECT_FALSE(link.has_place());
  play(link, {{8s, place_given_up, {"place changed"}, "down (gone)"}});
  EXPECT_TRUE(link.parted());
  EXPECT_FALSE(link.has_place());
  EXPECT_EQ(link.deadline(), std::nullopt);
}

TEST(Parting, AGoodByeThatHangsIsNotWaitedForLonger) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? gone"}, "up (connect)"},
      {15s, due, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {16s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone)"},
  });
}

TEST(Parting, NobodyIsWaitedForWhereNobodySaysGoodBye) {
  auto link = up(false);
  play(link, {
      {5s, taken_away, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {6s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone)"},
  });
  play(isp(), {{0s, taken_away, {"give up place"}, "down (start)"}, {0s, place_given_up, {"place changed"}, "down (start)"}});
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, taken_away, {"end 1"}, "hanging-up (gone)"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (gone)"},
  });
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, taken_away, {"give up place"}, "down (gone)"},
  });
}

// Nobody else would tell when the call has ended, and a link that stays for ever is removed by no reload.
TEST(Parting, ASupervisorThatIsSilentIsNotWaitedForForEver) {
  auto link = up(false);
  play(link, {
      {5s, taken_away, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {6s, drained(1, true), {"end 1"}, "hanging-up (gone)"},
  });
  const auto patience = isp().call.hangup_timeout + 30s;
  play(link, {{6s + patience, due, {"forget 10.0.0.1", "give up place"}, "down (gone)"}});
  auto lost = up(false);
  play(lost, {
      {5s, taken_away, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {6s, supervisor_gone, {"forget 10.0.0.1", "give up place"}, "down (gone)"},
  });
}

// The routes of before are given up by the settings of before.
TEST(Parting, OtherSettingsCountWhenThePlaceIsGivenUp) {
  auto link = up();
  play(link, {
      {5s, moved(elsewhere()), {"farewell? reload"}, "up (connect)"},
      {6s, place_given_up, {}, "up (connect)"},  // of no question that was asked
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (reload)"},
      {7s, place_given_up, {}, "hanging-up (reload)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (reload)"},
  });
  EXPECT_EQ(link.config(), isp());
  EXPECT_TRUE(link.parting());
  play(link, {{8s, place_given_up, {"place changed"}, "down (reload)"}});
  EXPECT_EQ(link.config(), elsewhere());
  EXPECT_FALSE(link.parting());
  EXPECT_TRUE(link.has_place());
}

// The address of the call is stable by the settings of the call, and not by the new ones.
TEST(Parting, TheAddressOfTheCallIsForgottenByTheSettingsOfBefore) {
  auto other = isp();
  other.stable = {*IpAddress::parse("10.0.0.1")};
  auto link = up(false);
  play(link, {
      {5s, moved(other), {"route back", "drained? 1"}, "hanging-up (reload)"},
      {6s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (reload)"},
  });
}

// What asks for a call meanwhile waits for the new place.
TEST(Parting, NobodyCallsBeforeThePlaceIsGivenUp) {
  auto link = up(false);
  play(link, {
      {5s, moved(elsewhere()), {"route back", "drained? 1"}, "hanging-up (reload)"},
      {6s, packet("a"), {}, "hanging-up (reload), 1 waiting"},
      {6s, connect, {}, "hanging-up (reload), 1 waiting"},
      {7s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (reload), 1 waiting"},
      {7s, packet("b"), {}, "down (reload), 2 waiting"},
      {7s, connect, {}, "down (reload), 2 waiting"},
      {7s, place_given_up, {"place changed", "start 2"}, "dialing (trigger), 2 waiting"},
  });
  auto failed = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, moved(elsewhere()), {"end 1"}, "hanging-up (reload), 1 waiting"},
      {2s, connect, {}, "hanging-up (reload), 1 waiting"},
      {3s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload), 1 waiting"},
      {4s, disconnect, {}, "down (reload)"},
      {4s, place_given_up, {"place changed"}, "down (reload)"},
  });
  EXPECT_EQ(failed.config(), elsewhere());
}

// The addresses are the same, so what waited before the reload is sent by the next call. So is what a person asked for.
TEST(Parting, WhatWaitedForACallWaitsForTheNewPlace) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, moved(elsewhere()), {"end 1"}, "hanging-up (reload), 1 waiting"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload), 1 waiting"},
      {2s, place_given_up, {"place changed", "start 2"}, "dialing (trigger), 1 waiting"},
      {4s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"},
  });
  play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, moved(elsewhere()), {"end 1"}, "hanging-up (reload)"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload)"},
      {2s, place_given_up, {"place changed", "start 2"}, "dialing (connect)"},
  });
}

// Packets from an address that is the link's no more could not be sent on, and no conversation continues.
TEST(Parting, WhatHasTheAddressOfBeforeMakesNoCall) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, moved(another_address()), {"end 1"}, "hanging-up (reload), 1 waiting"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload), 1 waiting"},
      {2s, packet("b"), {}, "down (reload), 2 waiting"},
      {2s, place_given_up, {"place changed"}, "down (reload)"},
  });
  auto dropped = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {0s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {0s, queue(1, true), {}, "up (connect)"},
      {10s, gone(1, CallEnd::NoCarrier), {"route back", "forget 10.0.0.1"}, "waiting (NoCarrier)"},
  });
  auto same = dropped;  // it is in use, so the next call is due after the delay
  play(same, {{15s, due, {"start 2"}, "dialing (resume)"}});
  play(dropped, {
      {11s, moved(another_address()), {"give up place"}, "down (reload)"},
      {11s, place_given_up, {"place changed"}, "waiting (reload)"},
      {15s, due, {}, "down (reload)"},
  });
}

// Another place heals no line: packets wait for the end of the pause.
TEST(Parting, APauseAfterFailuresHoldsAtTheNewPlace) {
  const auto busy = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
      {2s, moved(elsewhere()), {"give up place"}, "down (reload), 1 waiting"},
  });
  auto patient = busy;
  play(patient, {
      {2s, moved(elsewhere()), {"give up place"}, "down (reload), 1 waiting"},
      {2s, place_given_up, {"place changed"}, "waiting (reload), 1 waiting"},
      {6s, due, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  auto person = busy;
  play(person, {
      {2s, connect, {}, "down (reload), 1 waiting"},
      {2s, place_given_up, {"place changed", "start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Parting, APersonEndsThePause) {
  for (const auto& end : {disconnect, block}) {
    auto link = play(isp(), {
        {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
        {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"},
        {2s, moved(elsewhere()), {"give up place"}, "down (reload), 1 waiting"},
    });
    (void)link.step(end, Time{} + 3s);
    (void)link.step(unblock, Time{} + 3s);
    (void)link.step(place_given_up, Time{} + 4s);
    EXPECT_TRUE(std::holds_alternative<core::Down>(link.state())) << words(end);
  }
}

// Only IPv6 has come: IPv4 has its address still.
TEST(Parting, WhatKeepsItsAddressWaitsForTheNewPlace) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, moved(dual()), {"end 1"}, "hanging-up (reload), 1 waiting"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload), 1 waiting"},
      {2s, place_given_up, {"place changed", "start 2"}, "dialing (trigger), 1 waiting"},
  });
}

// The good-bye is said, so this asks for the next call, and a far end that is a fraud does not change that.
TEST(Parting, AConflictDuringAGoodByeForgetsNoWish) {
  auto link = up();
  play(link, {
      {5s, disconnect, {"farewell? disconnect"}, "up (connect)"},
      {6s, connect, {}, "up (connect)"},
      {7s, conflict("eth0 has it"), {"route back", "end 1"}, "hanging-up (AddressConflict)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (connect)"},
  });
}

// A person who hangs up while the link moves means the wish that waits.
TEST(Parting, ADisconnectMeanwhileEndsTheWishThatWaits) {
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, moved(elsewhere()), {"end 1"}, "hanging-up (reload)"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload)"},
  });
  EXPECT_FALSE(link.ended_on_purpose());
  play(link, {{3s, disconnect, {}, "down (reload)"}});
  EXPECT_TRUE(link.ended_on_purpose());
  play(link, {{3s, place_given_up, {"place changed"}, "down (reload)"}});
}

// A call that went wrong is not tried again at once at the new place, unless a person asks.
TEST(Parting, ACallThatFailsMeanwhileIsNotTriedAgainAtOnce) {
  auto again = up(false);
  play(again, {
      {5s, conflict("eth0 has it"), {"route back", "end 1"}, "hanging-up (AddressConflict)"},
      {6s, moved(elsewhere()), {}, "hanging-up (AddressConflict)"},
      {7s, connect, {}, "hanging-up (AddressConflict)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (AddressConflict)"},
      {8s, place_given_up, {"place changed", "start 2"}, "dialing (connect)"},
  });
  auto link = up(false);
  play(link, {
      {5s, conflict("eth0 has it"), {"route back", "end 1"}, "hanging-up (AddressConflict)"},
      {6s, moved(elsewhere()), {}, "hanging-up (AddressConflict)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (AddressConflict)"},
      {8s, place_given_up, {"place changed"}, "waiting (AddressConflict)"},
  });
}

TEST(Parting, ASecondReloadReplacesWhatTheFirstWaitsFor) {
  auto link = up();
  play(link, {
      {5s, moved(elsewhere()), {"farewell? reload"}, "up (connect)"},
      {6s, taken_away, {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (reload)"},
      {8s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (reload)"},
      {8s, place_given_up, {"place changed"}, "down (reload)"},
  });
  EXPECT_TRUE(link.parted());
}

TEST(Parting, AReloadGivesTheNameBackWhileItParts) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? gone"}, "up (connect)"},
      {6s, moved(elsewhere()), {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {8s, packet("a"), {}, "hanging-up (gone), 1 waiting"},
      {9s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone), 1 waiting"},
      {9s, place_given_up, {"place changed", "start 2"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_FALSE(link.parted());
  EXPECT_EQ(link.config(), elsewhere());
}

TEST(Parting, AStopMeanwhileChangesNothing) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? gone"}, "up (connect)"},
      {6s, leave, {}, "up (connect)"},
      {7s, farewell_said, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {8s, leave, {}, "hanging-up (gone)"},
      {9s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone)"},
      {9s, leave, {}, "down (gone)"},
      {9s, place_given_up, {"place changed"}, "down (gone)"},
  });
}

TEST(Parting, ALineThatDropsMeanwhileEndsTheWait) {
  auto link = up();
  play(link, {
      {5s, taken_away, {"farewell? gone"}, "up (connect)"},
      {6s, gone(1, CallEnd::NoCarrier), {"route back", "forget 10.0.0.1", "give up place"}, "down (NoCarrier)"},
  });
  auto conflicting = up();
  play(conflicting, {
      {5s, moved(elsewhere()), {"farewell? reload"}, "up (connect)"},
      {6s, conflict("eth0 has it"), {"route back", "end 1"}, "hanging-up (AddressConflict)"},
      {7s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (AddressConflict)"},
      {7s, place_given_up, {"place changed"}, "waiting (AddressConflict)"},
  });
}

TEST(Parting, WhoIsTakenAwayCallsNoMoreUntilItIsGivenBack) {
  auto link = up(false);
  play(link, {
      {5s, taken_away, {"route back", "drained? 1"}, "hanging-up (gone)"},
      {6s, packet("a"), {}, "hanging-up (gone)"},
      {6s, connect, {}, "hanging-up (gone)"},
      {7s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (gone)"},
      {7s, packet("a2"), {}, "down (gone)"},
      {7s, place_given_up, {"place changed"}, "down (gone)"},
      {8s, packet("b"), {}, "down (gone)"},
      {8s, connect, {}, "down (gone)"},
      {8s, unblock, {}, "down (gone)"},
      {8s, packet("c"), {}, "down (gone)"},
      {9s, moved(isp()), {"give up place"}, "down (gone)"},
      {9s, place_given_up, {"place changed"}, "down (gone)"},
      {9s, packet("d"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

// ---- an earlier ghostd's call ----------------------------------------------------------------------------------------

// It may use the place of before, and the settings of before hang it up.
TEST(Parting, WhatMayLiveIsAwaitedBeforeThePlaceIsGivenUp) {
  auto none = unlisted();
  play(none, {
      {0s, taken_away, {}, "down (start)"},
      {1s, listed(), {"give up place"}, "down (start)"},
      {1s, place_given_up, {"place changed"}, "down (start)"},
  });
  EXPECT_TRUE(none.parted());
  auto one = unlisted();
  play(one, {
      {0s, moved(elsewhere()), {}, "down (start)"},
      {1s, started(7), {"route back", "drained? 7"}, "hanging-up (reload)"},
      {1s, drained(7, true), {"end 7"}, "hanging-up (reload)"},
      {2s, listed(7), {}, "hanging-up (reload)"},
      {2s, packet("a"), {}, "hanging-up (reload), 1 waiting"},
  });
  EXPECT_EQ(one.config(), isp());
  play(one, {
      {3s, gone(7, CallEnd::HungUp), {"give up place"}, "down (reload), 1 waiting"},
      {3s, place_given_up, {"place changed", "start 8"}, "dialing (trigger), 1 waiting"},
  });
}

// The supervisor's list may come late.
TEST(Parting, ACallThatIsFoundWhileThePlaceIsGivenUpIsHungUp) {
  for (const auto& reload : {moved(elsewhere()), taken_away}) {
    auto link = machine();
    play(link, {{0s, reload, {"give up place"}, "down (start)"}});
    (void)link.step(started(7), Time{} + 1s);
    EXPECT_TRUE(std::holds_alternative<core::Draining>(link.state()));
    const auto late = link.step(place_given_up, Time{} + 1s);
    EXPECT_EQ(late, core::Step{});
    const auto over = link.step(gone(7, CallEnd::HungUp), Time{} + 2s);
    EXPECT_EQ(over.effects, std::vector<core::Effect>{core::GiveUpPlace{}});
  }
  auto link = play(isp(), {{0s, taken_away, {"give up place"}, "down (start)"}, {0s, place_given_up, {"place changed"}, "down (start)"}});
  play(link, {
      {1s, started(7), {"route back", "drained? 7"}, "hanging-up (gone)"},
      {1s, drained(7, true), {"end 7"}, "hanging-up (gone)"},
      {2s, gone(7, CallEnd::HungUp), {"give up place"}, "down (gone)"},
      {2s, place_given_up, {"place changed"}, "down (gone)"},
  });
  EXPECT_TRUE(link.parted());
}

// ---- a kernel that refuses to remove the routes ------------------------------------------------------------------------

TEST(RoutesThatStay, AreToldAndRemovedLater) {
  auto link = machine();
  play(link, {
      {0s, moved(elsewhere()), {"give up place"}, "down (start)"},
      {0s, routes_stay("EPERM"), {}, "down (routes-stay)"},
      {0s, packet("a"), {}, "down (routes-stay), 1 waiting"},
      {1s, due, {"give up place"}, "down (routes-stay), 1 waiting"},
  });
  EXPECT_EQ(link.status().detail, "EPERM");
  EXPECT_EQ(link.config(), isp());
  EXPECT_FALSE(link.has_place());
  play(link, {
      {1s, routes_stay("EPERM"), {}, "down (routes-stay), 1 waiting"},
      {3s, due, {"give up place"}, "down (routes-stay), 1 waiting"},
      {3s, place_given_up, {"place changed", "start 1"}, "dialing (trigger), 1 waiting"},
  });
  EXPECT_EQ(link.config(), elsewhere());
  auto silent = machine();
  play(silent, {
      {0s, moved(elsewhere()), {"give up place"}, "down (start)"},
      {0s, routes_stay("EPERM"), {}, "down (routes-stay)"},
      {1s, due, {"give up place"}, "down (routes-stay)"},
      {1s, place_given_up, {"place changed"}, "down (reload)"},
  });
  EXPECT_EQ(silent.status().detail, "");
}

// The next ghostd must know the pause, too, and the supervisor must be able to tell that the device is back.
TEST(RoutesThatStay, KeepThePauseAfterAFailure) {
  auto failed = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, moved(elsewhere()), {"end 1"}, "hanging-up (reload)"},
      {2s, gone(1, CallEnd::HungUp), {"give up place"}, "down (reload)"},
      {2s, routes_stay("EPERM"), {}, "down (routes-stay)"},
  });
  EXPECT_FALSE(failed.waits());
  auto waits = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
      {2s, farewell_wanted(10s), {}, "up (connect)"},
      {3s, moved(elsewhere()), {"farewell? reload"}, "up (connect)"},
      {4s, gone(1, CallEnd::PeerDead), {"route back", "forget 10.0.0.1", "give up place"}, "down (PeerDead)"},
      {4s, routes_stay("EPERM"), {}, "down (routes-stay)"},
  });
  EXPECT_TRUE(waits.waits());
  EXPECT_EQ(waits.waits_until(), Time{} + 9s);
}

// The journal has each refusal once.
TEST(RoutesThatStay, AreToldOncePerReasonAndAskedForAfterGrowingPauses) {
  auto link = play(isp(), {{0s, moved(elsewhere()), {"give up place"}, "down (start)"}});
  auto now = Time{};
  std::vector<Duration> pauses;
  std::size_t told = 0;
  for (int i = 0; i < 9; ++i) {
    told += link.step(routes_stay("EPERM"), now).transitions.size();
    ASSERT_TRUE(link.deadline());
    pauses.push_back(*link.deadline() - now);
    now = *link.deadline();
    EXPECT_EQ(link.step(due, now).effects, std::vector<core::Effect>{core::GiveUpPlace{}});
    EXPECT_EQ(link.deadline(), std::nullopt);
  }
  EXPECT_EQ(told, 1U);
  EXPECT_EQ(pauses, (std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}));
  EXPECT_EQ(link.step(routes_stay("ENOMEM"), now).transitions.size(), 1U);
}

// They end with its interface.
TEST(RoutesThatStay, KeepNoLinkThatIsTakenAway) {
  auto link = play(isp(), {
      {0s, taken_away, {"give up place"}, "down (start)"},
      {0s, routes_stay("EPERM"), {"place changed"}, "down (routes-stay)"},
  });
  EXPECT_TRUE(link.parted());
  EXPECT_EQ(link.status().detail, "EPERM");
}

TEST(RoutesThatStay, AreRemovedAtOnceForTheNextReload) {
  auto link = play(isp(), {
      {0s, moved(elsewhere()), {"give up place"}, "down (start)"},
      {0s, routes_stay("EPERM"), {}, "down (routes-stay)"},
      {500ms, taken_away, {"give up place"}, "down (routes-stay)"},
      {500ms, place_given_up, {"place changed"}, "down (routes-stay)"},
  });
  EXPECT_TRUE(link.parted());
  play(isp(), {
      {0s, moved(elsewhere()), {"give up place"}, "down (start)"},
      {0s, routes_stay("EPERM"), {}, "down (routes-stay)"},
      {500ms, moved(elsewhere()), {"give up place"}, "down (routes-stay)"},
      {500ms, place_given_up, {"place changed"}, "down (reload)"},
  });
}

// ---- whether a link can call: the order of standby links asks -----------------------------------------------------------

TEST(CanCall, WhoHasNotFailed) {
  EXPECT_TRUE(unlisted().can_call());
  EXPECT_TRUE(machine().can_call());
  auto link = play(isp(), {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"}});
  EXPECT_TRUE(link.can_call());
  play(link, {{1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"}});
  EXPECT_FALSE(link.can_call());
  play(link, {{6s, due, {"start 2"}, "dialing (trigger), 1 waiting"}});
  EXPECT_FALSE(link.can_call()) << "it retries";
  play(link, {{7s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"}});
  EXPECT_TRUE(link.can_call());
}

TEST(CanCall, WhoIsBarredOnlyWhileItCarries) {
  for (const auto& bar : {block, leave, taken_away}) {
    auto idle = machine();
    (void)idle.step(bar, Time{});
    EXPECT_FALSE(idle.can_call()) << words(bar);
    auto link = up();
    (void)link.step(bar, Time{} + 1s);
    EXPECT_TRUE(link.can_call()) << words(bar) << ": the good-bye is said through it";
    (void)link.step(farewell_said, Time{} + 2s);
    EXPECT_FALSE(link.can_call()) << words(bar);
  }
}

TEST(CanCall, NobodyWithoutAPlace) {
  auto link = up(false);
  play(link, {{5s, moved(elsewhere()), {"route back", "drained? 1"}, "hanging-up (reload)"}});
  EXPECT_TRUE(link.can_call());
  play(link, {{6s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "give up place"}, "down (reload)"}});
  EXPECT_FALSE(link.can_call());
  play(link, {{6s, place_given_up, {"place changed"}, "down (reload)"}});
  EXPECT_TRUE(link.can_call());
}

TEST(WaitsForPackets, WhoIsDownAndHasTheTable) {
  auto link = machine();
  EXPECT_TRUE(link.waits_for_packets());
  (void)link.step(core::Impaired{true}, Time{});
  EXPECT_FALSE(link.waits_for_packets()) << "no packet asks for a call";
  (void)link.step(core::Impaired{false}, Time{});
  play(link, {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"}});
  EXPECT_FALSE(link.waits_for_packets());
}
