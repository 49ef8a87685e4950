// SPDX-License-Identifier: GPL-2.0-or-later
// What a link's wishes come to: in which order things are done, and what becomes of the link when one of them fails.
#include <gmock/gmock.h>

#include "hands.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

LinkConfig hut() {
  auto config = isp();
  config.appear.name = "hut";
  AnnounceConfig mail;
  mail.name = "mail";
  mail.url = "https://example.net/mail";
  config.announces.push_back(std::move(mail));
  return config;
}

TEST(Executor, DoesAWholeCallInOrder) {
  Life life;
  EXPECT_THAT(life.at(0s, packet("a")), ElementsAre("dial isp 1"));
  Life by_several(two_ways());
  EXPECT_THAT(by_several.at(0s, packet("a")), ElementsAre("dial isp 1 by first"));
  EXPECT_THAT(life.at(1s, started(1)), IsEmpty());
  EXPECT_THAT(life.at(2s, test::interface), ElementsAre("prepare"));
  EXPECT_THAT(life.at(3s, packet("b")), IsEmpty());
  EXPECT_THAT(life.at(4s, address("10.0.0.1")), ElementsAre("hand over 1 IPv4: a b"));
  EXPECT_THAT(life.at(4s, packet("c")), ElementsAre("reinject c"));
  life.hands.replay_has_left = false;
  EXPECT_THAT(life.due(4200ms), ElementsAre("settle"));
  life.hands.replay_has_left = true;
  EXPECT_THAT(life.due(4400ms), ElementsAre("settle"));
  life.hands.idle_left_ = 60s;
  EXPECT_THAT(life.due(304s), ElementsAre("idle?"));
  life.hands.idle_left_ = 0s;
  life.hands.queue_is_dry = false;
  EXPECT_THAT(life.due(364s), ElementsAre("idle?", "route back", "drained?"));
  EXPECT_THAT(life.due(364050ms), ElementsAre("drained?"));
  life.hands.queue_is_dry = true;
  EXPECT_THAT(life.due(364100ms), ElementsAre("drained?", "hang up isp 1"));
  EXPECT_THAT(life.at(365s, gone(1, CallEnd::HungUp)), ElementsAre("forget 10.0.0.1"));
  EXPECT_EQ(life.state(), "down (idle)");
  EXPECT_EQ(life.link.call().status().replayed_packets, 3U);
}

TEST(Executor, AStepThatCannotBeAskedForHasFailed) {
  auto config = isp();
  config.recover.reset = {"ATZ"};
  config.recover.after = 1;
  Life life(config);
  life.at(0s, packet("a"));
  life.hands.supervisor_is_there = false;
  EXPECT_THAT(life.at(1s, gone(1, CallEnd::NoCarrier)), ElementsAre("recover isp reset", "save"));
  EXPECT_EQ(life.link.call().status().recovery.result, "failed");
  EXPECT_EQ(life.link.call().status().recovery.detail, "cannot reach ghost-supervisor");
}

TEST(Executor, AsksWhatHasComeBack) {
  Life life;
  life.comes_up(0s);
  life.due(200ms);
  life.hands.received_ = 3;
  EXPECT_THAT(life.due(30s), ElementsAre("received?"));
  EXPECT_THAT(life.due(60s), ElementsAre("received?"));
  EXPECT_FALSE(life.link.call().carries()->back.good()) << "nothing more has come";
}

TEST(Executor, RefusesAFamilyThatTheCallDoesNotBring) {
  Life life(dual());
  life.comes_up(0s);
  EXPECT_THAT(life.due(15s), ElementsAre("refuse IPv6"));
  EXPECT_THAT(life.at(16s, address("2001:db8:1::1")), ElementsAre("admit IPv6", "hand over 1 IPv6: nothing"));
}

// A person's block reaches the kernel before the call is hung up: nothing new is let in meanwhile.
TEST(Executor, BlocksBeforeItHangsUp) {
  Life life;
  life.comes_up(0s);
  EXPECT_THAT(life.at(1s, block), ElementsAre("block", "route back", "drained?", "save", "hang up isp 1"));
  life.at(2s, gone(1, CallEnd::HungUp));
  EXPECT_THAT(life.at(3s, unblock), ElementsAre("unblock", "save"));
}

TEST(Executor, AsksTheFarEndBeforeItHandsOver) {
  Life life;
  life.at(0s, packet("a"));
  EXPECT_THAT(life.at(1s, Event(AddressAppeared{*IpAddress::parse("10.0.0.1"), *IpAddress::parse("10.0.0.2")})),
              ElementsAre("ask 10.0.0.2 from 10.0.0.1"));
  EXPECT_THAT(life.due(1020ms), ElementsAre("ask 10.0.0.2 from 10.0.0.1"));
  EXPECT_THAT(life.at(1030ms, Event(FarEndAnswered{*IpAddress::parse("10.0.0.1")})),
              ElementsAre("stop asking", "hand over 1 IPv4: a"));
}

// The settings of before say which routes are given up.
TEST(Executor, MovesALinkWhenItsCallCarriesNoMore) {
  Life life;
  life.comes_up(0s);
  auto other = isp();
  other.stable = {*IpAddress::parse("192.0.0.9")};
  std::optional<LinkConfig> at_that_time;
  life.hands.during = [&](const std::string& act) {
    if (act == "give up isp") at_that_time = life.link.call().config();
  };
  EXPECT_THAT(life.at(1s, Event(Reconfigured{other})), ElementsAre("route back", "drained?", "hang up isp 1"));
  EXPECT_THAT(life.at(2s, gone(1, CallEnd::HungUp)), ElementsAre("forget 10.0.0.1", "give up isp", "place changed"));
  EXPECT_EQ(at_that_time, isp());
  EXPECT_EQ(life.link.call().config(), other);
}

TEST(Executor, TellsThatALinkMayBeTakenAway) {
  Life life;
  life.comes_up(0s);
  life.hands.queue_is_dry = false;
  EXPECT_THAT(life.at(1s, Event(PartAsked{})), ElementsAre("route back", "drained?"));
  life.hands.queue_is_dry = true;
  EXPECT_THAT(life.due(1050ms), ElementsAre("drained?", "hang up isp 1"));
  EXPECT_FALSE(life.link.call().parted());
  EXPECT_THAT(life.at(2s, gone(1, CallEnd::HungUp)), ElementsAre("forget 10.0.0.1", "give up isp", "place changed"));
  EXPECT_TRUE(life.link.call().parted());
}

// An address that the provider gives every time stays the machine's.
TEST(Executor, ForgetsNoAddressThatIsStable) {
  auto config = isp();
  config.stable = {*IpAddress::parse("10.0.0.1")};
  Life life(config);
  life.comes_up(0s);
  EXPECT_THAT(life.at(1s, gone(1, CallEnd::NoCarrier)), ElementsAre("route back", "save"));
  Life other;
  other.comes_up(0s);
  EXPECT_THAT(other.at(1s, gone(1, CallEnd::NoCarrier)), ElementsAre("route back", "forget 10.0.0.1", "save"));
}

// ---- a supervisor that cannot be reached -----------------------------------------------------------------------------

TEST(ExecutorWithoutSupervisor, CountsTheCallAsFailedAndCallsAgainLater) {
  Life life;
  life.hands.supervisor_is_there = false;
  EXPECT_THAT(life.at(0s, packet("a")), ElementsAre("dial isp 1", "save"));
  EXPECT_EQ(life.state(), "waiting (SupervisorLost), 1 waiting");
  EXPECT_EQ(life.link.call().status().failures, 1U);
  life.hands.supervisor_is_there = true;
  EXPECT_THAT(life.due(), ElementsAre("dial isp 2"));
  EXPECT_EQ(life.state(), "dialing (trigger), 1 waiting");
}

TEST(ExecutorWithoutSupervisor, WaitsForNoEndThatWillNotBeTold) {
  Life life;
  life.comes_up(0s);
  life.hands.supervisor_is_there = false;
  EXPECT_THAT(life.at(1s, disconnect), ElementsAre("route back", "drained?", "hang up isp 1", "forget 10.0.0.1"));
  EXPECT_EQ(life.state(), "down (disconnect)");
}

// What the same step wants besides is done first: the loss is news, as any other.
TEST(ExecutorWithoutSupervisor, DoesTheRestOfTheStepFirst) {
  Life life(hut());
  life.hands.supervisor_is_there = false;
  const auto done = life.at(0s, AppearAsked{});
  EXPECT_THAT(done, ElementsAre("save", "isp: timer? to tell", "dial isp 1", "make ready", "save", "not ready"));
  EXPECT_EQ(life.state(), "waiting (SupervisorLost)");
}

// ---- a kernel that refuses -------------------------------------------------------------------------------------------

TEST(ExecutorWithoutKernel, HangsUpACallThatCouldNotBeHandedOver) {
  Life life;
  life.at(0s, packet("a"));
  life.hands.handover_error = "no such device";
  EXPECT_THAT(life.at(2s, address("10.0.0.1")), ElementsAre("hand over 1 IPv4: a", "route back", "drained?", "hang up isp 1"));
  EXPECT_EQ(life.state(), "hanging-up (handover-failed), 1 waiting");
  EXPECT_EQ(life.link.call().status().detail, "no such device");
  life.at(3s, gone(1, CallEnd::HungUp));
  EXPECT_EQ(life.state(), "waiting (handover-failed), 1 waiting");
  EXPECT_EQ(life.link.call().status().failures, 1U);
  life.hands.handover_error.reset();
  EXPECT_THAT(life.due(), ElementsAre("dial isp 2"));
  EXPECT_THAT(life.at(9s, address("10.0.0.3")), ElementsAre("hand over 2 IPv4: a"));
}

TEST(ExecutorWithoutKernel, AsksTwiceMoreHowIdleACallIsAndHangsUp) {
  Life life;
  life.comes_up(0s);
  life.due(200ms);
  life.hands.idle_left_.reset();
  EXPECT_THAT(life.due(300s), ElementsAre("idle?"));
  EXPECT_THAT(life.due(301s), ElementsAre("idle?"));
  EXPECT_EQ(life.state(), "up (connect)");
  EXPECT_THAT(life.due(302s), ElementsAre("idle?", "route back", "drained?", "hang up isp 1"));
  EXPECT_EQ(life.state(), "hanging-up (idle-unknown)");
}

// The link keeps the settings of before until then, and calls for nobody.
TEST(ExecutorWithoutKernel, AsksAgainToRemoveRoutesThatStay) {
  Life life;
  auto other = isp();
  other.metric = 700;
  life.hands.routes_stay = true;
  EXPECT_THAT(life.at(1s, Event(Reconfigured{other})), ElementsAre("give up isp"));
  EXPECT_EQ(life.state(), "down (routes-stay)");
  EXPECT_THAT(life.link.call().status().detail, testing::HasSubstr("delete route"));
  EXPECT_THAT(life.at(1500ms, packet("a")), IsEmpty());
  EXPECT_THAT(life.due(2s), ElementsAre("give up isp"));
  EXPECT_EQ(life.link.call().config(), isp());
  life.hands.routes_stay = false;
  EXPECT_THAT(life.due(4s), ElementsAre("give up isp", "place changed", "dial isp 1"));
  EXPECT_EQ(life.link.call().config(), other);
}

TEST(ExecutorWithoutKernel, KeepsNoLinkThatIsTakenAway) {
  Life life;
  life.hands.routes_stay = true;
  EXPECT_THAT(life.at(1s, Event(PartAsked{})), ElementsAre("give up isp", "place changed"));
  EXPECT_TRUE(life.link.call().parted());
  EXPECT_THAT(life.link.call().status().detail, testing::HasSubstr("delete route"));
}

// What only tidies up, or could be done better, keeps no call from being made and ended.
TEST(ExecutorWithoutKernel, GoesOnWhereNothingElseCanBeDone) {
  Life life(dual());
  life.hands.kernel_refuses = true;
  life.at(0s, connect);
  EXPECT_THAT(life.at(1s, test::interface), ElementsAre("prepare"));
  EXPECT_THAT(life.at(2s, address("10.0.0.1")), ElementsAre("hand over 1 IPv4: nothing"));
  EXPECT_THAT(life.due(17s), ElementsAre("refuse IPv6"));
  EXPECT_THAT(life.at(18s, block), ElementsAre("block", "route back", "drained?", "save", "hang up isp 1"));
  EXPECT_THAT(life.at(19s, gone(1, CallEnd::HungUp)), ElementsAre("forget 10.0.0.1"));
  EXPECT_EQ(life.state(), "down (block), blocked");
}

// ---- answers that come too late --------------------------------------------------------------------------------------

TEST(ExecutorTooLate, DoesNothingForACallThatEndedDuringItsHandover) {
  Life life;
  life.at(0s, packet("a"));
  life.hands.handover_error = "no such device";
  life.hands.during = [&](const std::string& act) {
    if (act.starts_with("hand over")) life.post(gone(1, CallEnd::NoCarrier));
  };
  EXPECT_THAT(life.at(2s, address("10.0.0.1")), ElementsAre("hand over 1 IPv4: a", "route back", "forget 10.0.0.1", "save"));
  EXPECT_EQ(life.state(), "waiting (NoCarrier)");
}

// The line drops while the kernel is asked.
std::vector<std::string> ends_during(const std::string& act) {
  Life life;
  life.comes_up(0s);
  life.due(200ms);
  life.hands.during = [&](const std::string& now) {
    if (now == act) life.post(gone(1, CallEnd::NoCarrier));
  };
  auto done = life.due(300s);
  done.push_back(life.state());
  return done;
}

TEST(ExecutorTooLate, HangsUpNoCallThatEndedWhileItWasAskedFor) {
  EXPECT_THAT(ends_during("idle?"), ElementsAre("idle?", "route back", "forget 10.0.0.1", "save", "waiting (NoCarrier)"));
  EXPECT_THAT(ends_during("drained?"), ElementsAre("idle?", "route back", "drained?", "forget 10.0.0.1", "down (idle)"));
}

// ---- notices, and the disk that they wait for ------------------------------------------------------------------------

// A link that appears, its call up and all known of it that is told. At 1 s.
void appear(Life& life) {
  life.at(0s, AppearAsked{});
  life.at(1s, agreed(1, "192.0.2.7", "192.0.2.1"));
}

TEST(ExecutorAndDisk, TellsOnceItIsWritten) {
  Life life(hut());
  appear(life);
  const auto done = life.at(1s, address("192.0.2.7"));
  EXPECT_THAT(done, ElementsAre("hand over 1 IPv4: nothing", "save", "isp appeared at 192.0.2.7"));
  EXPECT_THAT(life.at(1500ms, Written{life.hands.newest - 1}), IsEmpty());  // an older one
  EXPECT_THAT(life.at(1600ms, Written{life.hands.newest}), ElementsAre("tell mail: 192.0.2.7", "launch"));
}

// It hangs, and never says that it is done.
TEST(ExecutorAndDisk, TellsAfterTwoSecondsOfADiskThatHangs) {
  Life life(hut());
  appear(life);
  life.at(1s, address("192.0.2.7"));
  life.due(1200ms);  // the queue
  EXPECT_THAT(life.due(3s), ElementsAre("tell mail: 192.0.2.7", "launch"));
  EXPECT_THAT(life.at(4s, NoticeAnswered{life.hands.notice, NoticeResult::Ok, {}, {}}), ElementsAre("save"));
}

TEST(ExecutorAndNotices, StartsNoneBeforeTheWholeStepIsDone) {
  Hands hands;
  daemon::Executor executor({hands, hands, hands, hands, hands, hands, hands, hands, hands}, [](LinkEvent) {});
  std::vector<LinkEffect> effects;
  effects.emplace_back(Tell{{7, hut().announces.front(), {}}, {}});
  effects.emplace_back(Save{3});
  effects.emplace_back(Abandon{7});
  executor.run(hut(), std::move(effects));
  EXPECT_THAT(hands.done, ElementsAre("tell mail:", "save", "abandon 7", "launch"));
}

// Who asked has the answer before the next event is handled.
TEST(ExecutorAndTimers, AnswersATickBeforeAnythingElseHappens) {
  Life life(hut());
  EXPECT_THAT(life.at(0s, TickAsked{TickKind::calendar, {}}),
              ElementsAre("isp: due: the timer's time", "save", "dial isp 1", "make ready"));
}

}  // namespace
