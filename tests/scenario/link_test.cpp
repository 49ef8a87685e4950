// SPDX-License-Identifier: GPL-2.0-or-later
// What the two machines of a link and the disk make of each other: when a notice may leave, and who keeps a promise. What a restart
// takes up again, and in which order a link says good-bye and hangs up.
#include <gmock/gmock.h>

#include "core/link.hpp"
#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

const WallTime kMorning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 7h + 30min};

LinkConfig hut(std::vector<std::string> who = {"mail"}) {
  auto config = isp();
  config.appear.name = "hut";
  config.appear.hold = 10min;
  config.appear.window.reset();
  for (auto& name : who) {
    AnnounceConfig n;
    n.url = "https://example.net/" + name;
    n.name = std::move(name);
    n.vanish = n.name == "dns";
    config.announces.push_back(std::move(n));
  }
  return config;
}

LinkConfig both_families() {
  auto config = hut();
  config.stable = dual().stable;
  return config;
}

// A link and its clocks. Each call is one step; what it wants comes back in words.
class Story {
 public:
  explicit Story(LinkConfig config = hut(), LinkMemory memory = {})
      : link(std::move(config), std::move(memory), {[](WallTime) { return 0s; }, [](std::uint64_t) { return 0; }}, clocks()) {}

  std::vector<std::string> at(Duration when, LinkEvent event) {
    now = Time{} + when;
    const auto step = link.step(std::move(event), clocks());
    std::vector<std::string> out;
    for (const auto& e : step.effects) {
      out.push_back(words(e));
      if (const auto* save = std::get_if<Save>(&e)) newest = save->generation;
      if (const auto* judged = std::get_if<TickJudged>(&e)) due = judged->due;
    }
    return out;
  }
  // The disk is done with all that was asked for.
  std::vector<std::string> written(Duration when) { return at(when, Written{newest}); }
  // Up with this address at `when`, all told of the call that pppd tells; nobody looks at what it wants.
  void carries(Duration when, std::string_view local = "192.0.2.7") {
    at(when, Event(agreed(call(), local, "192.0.2.1")));
    at(when, Event(address(local)));
  }
  unsigned call() const { return static_cast<unsigned>(number(link.call().serial())); }
  std::string state() const { return words(link.call()) + "; " + link.status(clocks().wall).appearance.state; }
  Clocks clocks() const { return {now, kMorning + now.time_since_epoch() + set_by}; }

  Time now{};
  Duration set_by{};
  std::uint64_t newest = 0;
  Due due;
  Link link;
};

Story known(LinkConfig config = hut(), LinkMemory memory = {}) {
  Story story(std::move(config), std::move(memory));
  story.at(0s, listed());
  return story;
}

}  // namespace

// ---- is the call settled enough to tell? -------------------------------------------------------------------------------

TEST(Settling, TheFirstNoticeWaitsForTheSecondFamily) {
  auto s = known(both_families());
  s.at(1s, AppearAsked{});
  s.written(1s);
  s.carries(5s);
  EXPECT_EQ(s.state(), "up (appear); connecting");
  s.at(6s, Event(agreed(1, "2001:db8:5::7", "fe80::1")));
  EXPECT_THAT(s.at(6s, Event(address("2001:db8:5::7"))), testing::Contains("appeared"));
  EXPECT_THAT(s.written(6s), ElementsAre("tell mail: 192.0.2.7 2001:db8:5::7"));
}

TEST(Settling, ButNoLongerThanThreeSeconds) {
  auto s = known(both_families());
  s.at(1s, AppearAsked{});
  s.carries(5s);
  EXPECT_THAT(s.at(7900ms, Event(due)), testing::Not(testing::Contains("appeared")));
  EXPECT_THAT(s.at(8s, Event(due)), testing::Contains("appeared"));
}

TEST(Settling, WithoutTheCallsNameServersTheFirstNoticeWouldGoNowhere) {
  auto s = known();
  s.at(1s, AppearAsked{});
  EXPECT_THAT(s.at(5s, Event(address("192.0.2.7"))), testing::Not(testing::Contains("appeared")));
  EXPECT_THAT(s.at(6s, Event(agreed(1, "192.0.2.7", "192.0.2.1"))), testing::Contains("appeared"));
}

TEST(Settling, ALineThatDropsMeanwhileTellsNobody) {
  auto s = known(both_families());
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.at(6s, Event(gone(1, CallEnd::NoCarrier)));
  s.written(6s);
  EXPECT_THAT(s.at(8s, Event(due)), testing::Not(testing::Contains(testing::StartsWith("tell"))));
}

// ---- on disk before it is told -----------------------------------------------------------------------------------------

TEST(Disk, ANoticeWaitsUntilWhatItSaysIsWritten) {
  auto s = known();
  s.at(1s, AppearAsked{});
  const auto asked_for = s.newest;
  s.carries(5s);
  EXPECT_EQ(s.state(), "up (appear); announcing");
  EXPECT_THAT(s.at(6s, Written{asked_for}), IsEmpty()) << "that was an older one";
  EXPECT_THAT(s.written(6s), ElementsAre("tell mail: 192.0.2.7"));
}

TEST(Disk, OneThatHangsKeepsNobodyFromBeingTold) {
  auto s = known();
  s.at(1s, AppearAsked{});
  s.carries(5s);
  EXPECT_THAT(s.at(6900ms, Event(due)), testing::Not(testing::Contains("tell mail: 192.0.2.7")));
  EXPECT_THAT(s.at(7s, Event(due)), testing::Contains("tell mail: 192.0.2.7"));
}

TEST(Disk, EachNoticeHasAPatienceOfItsOwn) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.at(6s, NoticeAnswered{1, NoticeResult::Ok, "", "", false});
  s.written(6s);
  s.at(10s, AppearAsked{});
  s.at(11500ms, Event(disconnect));  // that notice has not left; the good-bye is another
  EXPECT_THAT(s.at(12s, Event(due)), testing::Not(testing::Contains(testing::StartsWith("tell"))));
  EXPECT_THAT(s.at(13500ms, Event(due)), testing::Contains("tell dns it is gone from 192.0.2.7"));
}

TEST(Disk, WhoWasNeverSentTheNoticeIsNotToldTheEnd) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  EXPECT_THAT(s.at(6500ms, Event(disconnect)), testing::Contains("route back"));
  EXPECT_FALSE(s.link.memory().told.contains("dns"));
}

// What the receiver has confirmed stays confirmed by a notice that never left.
TEST(Disk, ANoticeThatNeverLeftChangesNoBelief) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.at(6s, NoticeAnswered{1, NoticeResult::Ok, "", "", false});
  s.written(6s);
  const auto told = s.link.memory().told;
  ASSERT_EQ(told.at("dns").addresses.size(), 1U);
  s.at(10s, AppearAsked{});
  s.at(11s, Event(gone(1, CallEnd::PeerDead)));
  EXPECT_EQ(s.link.memory().told, told);
}

TEST(Disk, WhatNobodyHasHeardOfIsNotAbandonedAloud) {
  auto s = known();
  s.at(1s, AppearAsked{});
  s.carries(5s);
  EXPECT_THAT(s.at(6s, Event(gone(1, CallEnd::NoCarrier))), testing::Not(testing::Contains(testing::StartsWith("abandon"))));
  EXPECT_THAT(s.written(6s), testing::Not(testing::Contains(testing::StartsWith("tell"))));
}

TEST(Disk, ABlockIsRemembered) {
  auto s = known();
  EXPECT_THAT(s.at(1s, Event(block)), ElementsAre("block", "save 1"));
  EXPECT_EQ(s.link.memory().blocked, (Block{"block", ""}));
  Story after(hut(), s.link.memory());
  EXPECT_EQ(after.state(), "down (block), blocked; none");
}

TEST(Disk, TheWayThatWorkedIsRemembered) {
  auto config = hut();
  config.ppp.peers = {"first", "second"};
  auto s = known(config);
  s.at(1s, Event(connect));
  EXPECT_THAT(s.at(2s, Event(gone(1, CallEnd::ConfigError))), ElementsAre("save 1"));
  EXPECT_THAT(s.at(3s, Event(connect)), testing::Contains("start 2 by second"));
  EXPECT_EQ(s.link.memory().ways, Ways::saved({{"first", {}, CallEnd::ConfigError}, {"second"}}, "second"));
  Story after(config, s.link.memory());
  after.at(0s, listed());
  EXPECT_THAT(after.at(1s, Event(connect)), testing::Contains("start 1 by second"));
}

// A crash must not give a wrong password more tries than a person has allowed.
TEST(Disk, RefusalsAreRemembered) {
  auto s = known();
  s.at(1s, Event(connect));
  s.at(2s, Event(gone(1, CallEnd::AuthFailed)));
  EXPECT_EQ(s.link.memory().ways.next().acceptance, (Acceptance{false, 1}));
  s.at(3s, Event(connect));
  EXPECT_THAT(s.at(4s, Event(gone(2, CallEnd::AuthFailed))), testing::Contains(testing::StartsWith("save")));
  Story after(hut(), s.link.memory());
  after.at(5s, Event(listed()));
  after.at(6s, Event(connect));
  after.at(7s, Event(gone(1, CallEnd::AuthFailed)));
  EXPECT_EQ(after.state(), "down (AuthFailed), blocked; none");
}

// Each restart would be a call more, and after ten of them, ten in the first minutes.
TEST(Disk, ThePauseAfterAFailedCallOutlivesGhostd) {
  auto s = known();
  Duration now = 1s;
  s.at(now, Event(connect));
  s.at(now += 1s, Event(gone(1, CallEnd::Busy)));
  s.at(now += 1s, Event(connect));
  s.at(now += 1s, Event(gone(2, CallEnd::Busy)));
  EXPECT_EQ(s.link.memory().row, (FailureCounts{.failed = 2, .devices = 0, .timed = 2, .cost_a_call = true}));
  const auto end = s.link.memory().not_before;
  ASSERT_TRUE(end);
  Story after(hut(), s.link.memory());
  after.at(now += 1s, Event(listed()));
  EXPECT_EQ(after.state(), "waiting (failed-before); none");
  EXPECT_THAT(after.at(now, Event(packet("a"))), ElementsAre()) << "a packet waits";
  EXPECT_THAT(after.at(now, Event(connect)), testing::Contains("start 1")) << "a person does not";
  after.at(now += 1s, Event(gone(1, CallEnd::Busy)));
  EXPECT_EQ(after.link.memory().row.failed, 3U) << "the row goes on";
  // A clock that was put back for a year does not make the pause longer than any pause is.
  auto memory = s.link.memory();
  memory.not_before = kMorning + 24h * 365;
  Story later(hut(), memory);
  later.at(0s, Event(listed()));
  EXPECT_LE(*later.link.deadline() - Time{}, 145min);
}

// Its failures are none, because the call was good, but the line drops soon, again and again.
TEST(Disk, ThePauseAfterAShortGoodCallOutlivesGhostd) {
  auto s = known();
  s.at(1s, Event(connect));
  s.carries(2s);
  s.at(3s, Event(queue(1, true)));
  s.at(32s, Event(received(1, 7)));
  s.at(62s, Event(received(1, 8)));
  s.at(92s, Event(gone(1, CallEnd::PeerDead)));
  EXPECT_EQ(s.link.memory().row, (FailureCounts{.drops = 1, .cost_a_call = true}));
  Story after(hut(), s.link.memory());
  after.at(93s, Event(listed()));
  EXPECT_EQ(after.state(), "waiting (failed-before); none");
}

// A modem that leaves the bus with each call ends three pauses by its return, and a restart of ghostd grants it no more.
TEST(Disk, TheReturnsOfADeviceOutliveGhostd) {
  auto s = known();
  Duration now = 1s;
  s.at(now, Event(connect));
  for (unsigned n = 1; n <= 3; ++n) {
    s.at(now += 1s, Event(gone(n, CallEnd::Busy)));
    s.at(now, Event(packet("a")));
    EXPECT_THAT(s.at(now += 1s, Event(DeviceReturned{})), testing::Contains("start " + std::to_string(n + 1)));
  }
  s.at(now += 1s, Event(gone(4, CallEnd::Busy)));
  Story after(hut(), s.link.memory());
  after.at(now += 1s, Event(listed()));
  after.at(now, Event(packet("a")));
  EXPECT_THAT(after.at(now += 1s, Event(DeviceReturned{})), ElementsAre()) << "the pause stays";
}

// It failed while no ghostd listened. Without a count, a restart after each refusal would be a call more.
TEST(Disk, ACallThatFailedUnseenCounts) {
  auto s = known();
  s.at(1s, Event(connect));
  Story after(hut(), s.link.memory());
  EXPECT_THAT(after.at(2s, Event(gone(7, CallEnd::SimRefused))), ElementsAre());
  EXPECT_THAT(after.at(3s, Event(listed())), testing::Contains("block"));
  EXPECT_EQ(after.state(), "down (SimRefused), blocked; none");
  Story other(hut(), s.link.memory());
  other.at(2s, Event(gone(7, CallEnd::Busy)));
  other.at(3s, Event(connect));
  EXPECT_THAT(other.at(4s, Event(listed())), testing::Contains("start 8")) << "a person does not wait";
  EXPECT_EQ(other.link.memory().row.failed, 1U);
}

// ---- who keeps the promise? --------------------------------------------------------------------------------------------

namespace {

LinkMemory promised(Duration in) {
  LinkMemory out;
  out.promise = kMorning + in;
  return out;
}

LinkConfig all_day() {
  auto config = hut();
  config.appear.window = Window{0x7f, 0h, 24h};
  return config;
}

}  // namespace

TEST(Promise, IsKeptAtItsTimeIfTheTimerIsActive) {
  auto s = known(all_day(), promised(20min));
  EXPECT_EQ(s.link.wall_deadline(), kMorning + 20min);
  EXPECT_THAT(s.at(20min, Event(due)), ElementsAre("timer? to keep"));
  EXPECT_EQ(s.link.wall_deadline(), std::nullopt) << "it is asked once";
  EXPECT_THAT(s.at(20min, TimerIsActive{TimerQuestion::keep_promise}),
              ElementsAre("due: promised for now", testing::StartsWith("save"), "start 1", "make ready"));
}

TEST(Promise, OfAStoppedTimerStaysWrittenDownAndIsNotTold) {
  auto s = known(all_day(), promised(20min));
  s.at(1s, TimerSeen{true});
  EXPECT_EQ(s.link.status(s.clocks().wall).appearance.next, kMorning + 20min);
  s.at(2s, TimerSeen{false});
  EXPECT_EQ(s.link.status(s.clocks().wall).appearance.next, std::nullopt);
  EXPECT_EQ(s.link.memory().promise, kMorning + 20min);
  s.at(20min, Event(due));  // asked, and nobody answers
  EXPECT_EQ(s.state(), "down (start); none");
}

TEST(Promise, IsAskedForAgainWhenTheClockIsPutBack) {
  auto s = known(all_day(), promised(20min));
  s.at(20min, Event(due));
  s.set_by = -10min;
  EXPECT_THAT(s.at(21min, ClockSet{}), IsEmpty());
  EXPECT_EQ(s.link.wall_deadline(), kMorning + 20min);
}

TEST(Promise, TheTimersOwnWaitsForTheTimersServiceToTellTheNext) {
  auto memory = promised(20min);
  memory.timer_next = memory.promise;
  auto s = known(hut(), memory);
  s.at(1s, TimerSeen{true});
  s.at(20min, Event(due));
  EXPECT_THAT(s.at(20min, TimerIsActive{TimerQuestion::keep_promise}), testing::Contains("start 1"));
  s.written(20min);
  s.carries(20min + 1s);  // settled, but the timer's service has not come yet
  EXPECT_EQ(s.state(), "up (appear); connecting");
  EXPECT_THAT(s.at(20min + 2s, TickAsked{TickKind::calendar, kMorning + 24h}), testing::Contains("appeared"));
  EXPECT_THAT(s.written(20min + 2s), ElementsAre("tell mail: 192.0.2.7, next"));
}

TEST(Promise, AndIsLeftToItIfTheLinkIsUpAlready) {
  auto memory = promised(20min);
  memory.timer_next = memory.promise;
  auto s = known(hut(), memory);
  s.at(1s, Event(connect));
  s.carries(5s);
  EXPECT_THAT(s.at(20min, TimerIsActive{TimerQuestion::keep_promise}), IsEmpty());
}

// ---- an earlier ghostd's ------------------------------------------------------------------------------------------------

namespace {

LinkMemory under_way(Duration until, bool told) {
  LinkMemory out;
  out.sequence = 7;
  AppearanceRecord record;
  record.begun = kMorning - 5min;
  record.outcome = "present";
  out.past.push_back(record);
  if (until != Duration::zero()) out.until = kMorning + until;
  if (told) out.told["dns"] = {{*IpAddress::parse("192.0.2.7")}, 0};
  return out;
}

}  // namespace

TEST(Restart, AnAppearanceThatWasToLastIsTakenUpAndToldToNobodyTwice) {
  Story s(hut({"dns"}), under_way(5min, true));
  s.at(0s, Event(started(9)));
  s.at(0s, Event(agreed(9, "192.0.2.7", "192.0.2.1")));
  s.at(0s, Event(address("192.0.2.7")));
  EXPECT_EQ(s.state(), "up (adopted); none") << "not before it is known which calls live";
  EXPECT_THAT(s.at(1s, listed(100)), testing::Contains("timer? to tell"));
  s.at(2s, Event(due));
  s.written(2s);
  EXPECT_EQ(s.state(), "up (adopted); present");
}

TEST(Restart, OneThatIsOverIsTakenUpOnlyToTellItsEnd) {
  Story s(hut({"dns"}), under_way(-1min, true));
  s.at(0s, Event(started(9)));
  s.at(0s, listed(100));
  s.carries(1s);
  s.written(1s);
  EXPECT_EQ(s.state(), "up (adopted); present");
  s.at(2s, Event(disconnect));
  EXPECT_THAT(s.written(2s), ElementsAre("tell dns it is gone from 192.0.2.7"));
}

TEST(Restart, AndNotAtAllIfItsCallIsGone) {
  Story s(hut({"dns"}), under_way(-1min, true));
  s.at(0s, listed(100));
  s.at(1s, Event(packet("a")));
  s.carries(2s);
  EXPECT_EQ(s.state(), "up (trigger); none");
}

TEST(Restart, WhileItStillDialedNothingWasToldSoThePromiseIsAskedForOnceMore) {
  Story s(hut(), under_way(0s, false));
  EXPECT_THAT(s.at(0s, listed()), ElementsAre("save 1", "timer? to keep"));
}

TEST(Restart, AStopWhileItStillDialsLosesNoAppearance) {
  auto s = known(all_day(), promised(20min));
  s.at(1s, TimerSeen{true});
  s.at(20min, Event(due));
  s.at(20min, TimerIsActive{TimerQuestion::keep_promise});
  s.written(20min);
  EXPECT_THAT(s.at(20min + 5s, Event(leave)), testing::Contains("end 1"));
  s.at(20min + 6s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_EQ(s.state(), "down (stop); connecting");
  EXPECT_THAT(s.at(20min + 7s, Event(connect)), IsEmpty());
  Story after(all_day(), s.link.memory());
  after.now = s.now + 1min;
  EXPECT_THAT(after.at(21min, listed()), ElementsAre("save 1", "timer? to keep"));
  after.at(21min, TimerIsActive{TimerQuestion::keep_promise});
  EXPECT_TRUE(after.due.due) << "it is made up for";
}

TEST(Restart, LeaveBeforeTheLivingCallsAreKnownMakesNone) {
  Story s(hut({"dns"}), under_way(5min, true));
  EXPECT_THAT(s.at(0s, Event(leave)), IsEmpty());
  EXPECT_THAT(s.at(1s, listed(100)), testing::Not(testing::Contains(testing::StartsWith("start"))));
  EXPECT_EQ(s.state(), "down (start); connecting");
}

// Somebody hangs up before it is known which calls live: the appearance that was under way makes no new one.
TEST(Restart, ADisconnectBeforeTheLivingCallsAreKnownMakesNone) {
  for (const bool lives : {false, true}) {
    Story s(hut({"dns"}), under_way(5min, true));
    if (lives) s.at(0s, Event(started(9)));
    s.at(0s, Event(disconnect));
    EXPECT_THAT(s.at(1s, listed(100)), testing::Not(testing::Contains(testing::StartsWith("start")))) << lives;
    if (lives) s.at(2s, Event(gone(9, CallEnd::HungUp)));
    EXPECT_THAT(s.at(1min, Event(due)), testing::Not(testing::Contains(testing::StartsWith("start")))) << lives;
    EXPECT_THAT(s.state(), testing::StartsWith("down")) << lives;
  }
}

TEST(Restart, AnUnblockThatWaitsDoesNotUndoTheStop) {
  auto memory = LinkMemory{};
  memory.blocked = Block{"AuthFailed", ""};
  Story s(hut({}), memory);
  s.at(0s, Event(unblock));
  s.at(0s, Event(connect));
  s.at(1s, Event(leave));
  EXPECT_THAT(s.at(2s, listed(100)), testing::Not(testing::Contains("start 101")));
  EXPECT_FALSE(s.link.call().blocked());
  EXPECT_TRUE(s.link.call().barred());
  EXPECT_THAT(s.at(3s, Event(packet("a"))), IsEmpty());
}

TEST(Restart, BeforeTheLivingCallsAreKnownNoWishMakesACall) {
  Story s;
  EXPECT_THAT(s.at(0s, Event(connect)), IsEmpty());
  EXPECT_THAT(s.at(0s, AppearAsked{}), ElementsAre("save 1", "timer? to tell"));
  EXPECT_EQ(s.state(), "down (start); connecting");
  EXPECT_THAT(s.at(1s, listed(100)), ElementsAre("start 101", "make ready"));
}

TEST(Restart, AWishThatWaitedMeetsTheCallThatLives) {
  Story s;
  s.at(0s, Event(connect));
  s.at(1s, Event(started(9)));
  EXPECT_THAT(s.at(2s, listed(100)), IsEmpty());
  EXPECT_EQ(s.state(), "dialing (adopted); none");
}

// The same second ends the good-bye and the call. Those who did not answer are told as late, before their line is gone.
TEST(GoodBye, ThatTakesTooLongIsTimedOut) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.at(6s, NoticeAnswered{1, NoticeResult::Ok, "", "", false});
  s.at(7s, Event(disconnect));
  s.written(7s);
  while (s.link.call().carries() != nullptr && s.link.deadline() < core::Time{} + 1min)
    s.at(*s.link.deadline() - core::Time{}, Event(due));
  EXPECT_EQ(s.now, core::Time{} + 7s + hut().appear.vanish_timeout);
  ASSERT_EQ(s.link.memory().past.size(), 1U);
  ASSERT_FALSE(s.link.memory().past.back().notices.empty());
  EXPECT_EQ(s.link.memory().past.back().notices.back().result, NoticeResult::TimedOut);
}

// The kernel's word that the clock was set is also its word that the machine has slept, if its clocks say so.
TEST(Clock, AMachineThatHasSleptWakes) {
  auto s = known();
  s.at(1s, Event(connect));
  s.carries(5s);
  EXPECT_THAT(s.at(6s, ClockSet{100ms}), testing::Not(testing::Contains("route back")));
  EXPECT_THAT(s.at(8h, ClockSet{8h - 10s}), testing::Contains("route back"));
}

// An appearance cannot be tried while the machine sleeps, so that time does not count.
TEST(Clock, AnAppearanceIsTriedAfterASleep) {
  for (const bool timer_first : {true, false}) {
    auto s = known();
    s.at(1s, AppearAsked{});
    s.at(2s, Event(about_to_sleep));
    s.at(3s, Event(gone(1, CallEnd::HungUp)));
    EXPECT_THAT(s.state(), testing::StartsWith("down"));
    if (timer_first) s.at(8h, Event(due));
    s.at(8h, ClockSet{8h - 10s});
    EXPECT_THAT(s.state(), testing::StartsWith("dialing (appear); connecting"));
    s.at(8h + 1s, Event(due));
    EXPECT_THAT(s.state(), testing::StartsWith("dialing (appear); connecting"));
    s.at(8h + 2s, Event(gone(2, CallEnd::Busy)));
    s.at(8h + hut().appear.connect_timeout, Event(due));
    EXPECT_THAT(s.state(), testing::EndsWith("; failed"));
  }
}

// A clock that was put back must not make a wish hold the call for a day.
TEST(Clock, APutBackClockDoesNotProlongAnAppearance) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.set_by = -24h;
  s.at(10s, ClockSet{});
  s.at(11s, AppearAsked{});
  EXPECT_LE(*s.link.memory().until, s.clocks().wall + hut().appear.hold);
}

// ---- the clock -------------------------------------------------------------------------------------------------------

// The machine has begun in the past, so no certificate is valid yet. Then somebody sets the clock.
TEST(Clock, ANoticeThatWaitsForItIsSentWhenItIsSet) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  EXPECT_THAT(s.at(6s, NoticeAnswered{1, NoticeResult::TlsFailed, "not yet valid", "", true}),
              testing::Not(testing::Contains(testing::StartsWith("tell"))));
  EXPECT_THAT(s.at(25s, Event(due)), testing::Not(testing::Contains(testing::StartsWith("tell"))));
  s.set_by = 24h * 9000;
  const auto until = *s.link.memory().until;
  s.at(26s, ClockSet{});
  EXPECT_EQ(*s.link.memory().until, until + s.set_by) << "a ghostd that restarts now must continue the appearance";
  s.at(26s, Event(due));
  EXPECT_THAT(s.written(26s), testing::Contains(testing::StartsWith("tell dns")));
}

// ---- the good-bye ---------------------------------------------------------------------------------------------------------

// 6 s: the link appears, and dns has confirmed it.
static Story told() {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.at(6s, NoticeAnswered{1, NoticeResult::Ok, "", ""});
  s.written(6s);
  return s;
}

TEST(GoodBye, IsSaidBeforeTheLinkHangsUp) {
  auto s = told();
  const auto asked = s.at(7s, Event(disconnect));
  EXPECT_THAT(asked, testing::Not(testing::Contains("route back")));
  EXPECT_TRUE(std::holds_alternative<Leaving>(s.link.call().state()));
  EXPECT_THAT(s.written(7s), ElementsAre("tell dns it is gone from 192.0.2.7"));
  EXPECT_THAT(s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""}),
              testing::IsSupersetOf({"dns: Ok", "route back", "drained? 1"}));
  EXPECT_EQ(s.state(), "hanging-up (disconnect); none");
}

TEST(GoodBye, IsNotWaitedForWhereNobodyWasTold) {
  auto s = known();
  s.at(1s, AppearAsked{});
  s.carries(5s);
  EXPECT_THAT(s.at(6s, Event(disconnect)), testing::Contains("route back"));
}

// The receivers of before are told the end, by the settings of before.
TEST(GoodBye, IsSaidBeforeAReloadMovesTheLink) {
  auto s = told();
  auto other = hut({"mail"});
  other.stable = {*IpAddress::parse("192.0.0.9")};
  EXPECT_THAT(s.at(7s, Event(Reconfigured{other})), testing::Not(testing::Contains("route back")));
  EXPECT_THAT(s.written(7s), ElementsAre("tell dns it is gone from 192.0.2.7"));
  EXPECT_THAT(s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""}),
              testing::AllOf(testing::IsSupersetOf({"dns: Ok", "route back"}), testing::Not(testing::Contains("give up place"))));
  EXPECT_THAT(s.at(8s, Event(gone(1, CallEnd::HungUp))), testing::Contains("give up place"));
  EXPECT_EQ(s.link.call().config(), hut({"dns"}));
  EXPECT_THAT(s.at(8s, Event(PlaceGivenUp{})), testing::Contains("place changed"));
  EXPECT_EQ(s.link.call().config(), other);
}

// It had promised to be there until 11 min, and a reload breaks no promise.
TEST(GoodBye, AMovedLinkAppearsAgainUntilTheTimeThatWasTold) {
  auto s = told();
  auto other = hut({"dns"});
  other.metric = 700;
  s.at(7s, Event(Reconfigured{other}));
  s.written(7s);
  s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  s.at(9s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_EQ(s.state(), "down (reload); connecting");
  EXPECT_THAT(s.at(9s, Event(PlaceGivenUp{})), testing::Contains("start 2"));
  s.carries(20s, "192.0.2.8");
  EXPECT_THAT(s.written(20s), ElementsAre("tell dns: 192.0.2.8"));
  EXPECT_EQ(s.link.status(s.clocks().wall).appearance.until, kMorning + 5s + 10min);
  // Who is taken away has broken it.
  auto gone_for_good = told();
  gone_for_good.at(7s, Event(taken_away));
  gone_for_good.written(7s);
  gone_for_good.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  gone_for_good.at(9s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_EQ(gone_for_good.state(), "down (gone); none");
}

// It moves; its good-bye is on its way.
static Story moving(Duration when = 7s) {
  auto s = told();
  auto other = hut({"dns"});
  other.metric = 700;
  s.at(when, Event(Reconfigured{other}));
  s.written(when);
  return s;
}

TEST(GoodBye, AMovedLinkDoesNotAppearAgainWhenTheTimeThatWasToldIsOver) {
  auto s = moving(10min);
  s.at(10min + 6s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  s.at(10min + 7s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_THAT(s.at(10min + 7s, Event(PlaceGivenUp{})), ElementsAre("place changed"));
  EXPECT_EQ(s.state(), "down (reload); none");
}

TEST(GoodBye, NorIfAPersonHangsUpMeanwhile) {
  auto s = moving();
  s.at(8s, Event(disconnect));
  s.at(9s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  s.at(10s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_THAT(s.at(10s, Event(PlaceGivenUp{})), ElementsAre("place changed"));
  EXPECT_EQ(s.state(), "down (reload); none");
  auto late = moving();
  late.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  late.at(9s, Event(gone(1, CallEnd::HungUp)));
  EXPECT_EQ(late.state(), "down (reload); connecting");
  late.at(10s, Event(disconnect));
  EXPECT_EQ(late.state(), "down (reload); failed");
  EXPECT_THAT(late.at(11s, Event(PlaceGivenUp{})), ElementsAre("place changed"));
}

// Nobody hears of a call for an appearance that is over.
TEST(Appear, WhatIsGivenUpWantsNoCall) {
  auto config = hut();
  config.appear.connect_timeout = 1min;
  config.call.redial_delay = config.call.redial_delay_max = 5min;
  auto s = known(config);
  s.at(1s, AppearAsked{});
  s.at(30s, Event(gone(1, CallEnd::Busy)));
  EXPECT_EQ(s.state(), "waiting (Busy); connecting");
  s.at(61s, Event(due));
  EXPECT_EQ(s.state(), "waiting (Busy); failed");
  EXPECT_THAT(s.at(6min, Event(due)), IsEmpty());
  EXPECT_EQ(s.state(), "down (Busy); failed");
  auto both = known(config);
  both.at(1s, AppearAsked{});
  both.at(2s, Event(connect));
  both.at(30s, Event(gone(1, CallEnd::Busy)));
  both.at(31s, Event(core::ConnectAsked{"connect", {}, true}));
  both.at(61s, Event(due));
  EXPECT_THAT(both.at(6min, Event(due)), testing::Contains("start 2")) << "a person wants it";
}

// The rest of what was told is held, whoever else has asked for the call, and not longer if the call comes late.
TEST(GoodBye, AMovedLinkIsHeldForTheRestOfWhatWasTold) {
  auto s = moving();
  s.at(8s, Event(connect));
  s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  s.at(9s, Event(gone(1, CallEnd::HungUp)));
  s.at(9s, Event(PlaceGivenUp{}));
  s.carries(3min, "192.0.2.8");
  s.at(3min + 1s, Event(queue(2, true)));
  EXPECT_THAT(s.at(8min, Event(due)), testing::Contains("idle? 2"));
  s.at(8min, Event(idle(2, 0s)));
  EXPECT_EQ(s.link.deadline(), Time{} + 5s + 10min);
}

// A longer promise stays, also across a line that drops.
TEST(Appear, AShorterWishDoesNotShortenWhatWasTold) {
  auto s = told();
  s.at(7s, AppearAsked{1min});
  s.at(8s, Event(gone(1, CallEnd::NoCarrier)));
  s.at(2min, Event(due));
  EXPECT_EQ(s.state(), "dialing (appear); connecting");
}

// The line has dropped, the next call carries, and its first notice waits for the other family.
TEST(GoodBye, IsSaidByTheNextCallBeforeItsFirstNotice) {
  auto config = hut({"dns"});
  config.stable = dual().stable;
  auto s = known(config);
  s.at(1s, AppearAsked{});
  s.carries(5s);
  s.written(5s);
  s.at(9s, Event(due));
  s.written(9s);
  s.at(10s, NoticeAnswered{1, NoticeResult::Ok, "", ""});
  s.written(10s);
  s.at(11s, Event(gone(1, CallEnd::NoCarrier)));
  s.at(17s, Event(due));
  s.at(20s, Event(address("192.0.2.8")));
  ASSERT_EQ(s.state(), "up (appear); connecting") << "the notice waits";
  const auto asked = s.at(21s, Event(disconnect));
  EXPECT_THAT(asked, testing::Not(testing::Contains("route back")));
  EXPECT_THAT(s.written(21s), ElementsAre("tell dns it is gone from 192.0.2.7"));
  EXPECT_THAT(s.at(22s, NoticeAnswered{2, NoticeResult::Ok, "", ""}), testing::IsSupersetOf({"dns: Ok", "route back"}));
}

// Receivers believe the time that they were told, whatever is asked for while the line is called again.
TEST(Appear, AShorterWishBetweenTwoCallsDoesNotShortenWhatWasTold) {
  auto s = told();
  s.at(8s, Event(gone(1, CallEnd::NoCarrier)));
  s.at(9s, AppearAsked{1min});
  s.carries(20s);
  EXPECT_EQ(s.link.status(s.clocks().wall).appearance.until, kMorning + 5s + 10min);
  EXPECT_EQ(s.link.memory().until, kMorning + 5s + 10min);
  // A longer one counts from when the link is up.
  auto longer = told();
  longer.at(8s, Event(gone(1, CallEnd::NoCarrier)));
  longer.at(9s, AppearAsked{2h});
  longer.carries(20s);
  EXPECT_EQ(longer.link.status(longer.clocks().wall).appearance.until, kMorning + 20s + 2h);
}

// The day's tick comes before the link that a person wants for two hours is up.
TEST(Appear, ATickDoesNotShortenAPersonsWish) {
  auto s = known(hut({"dns"}));
  s.at(1s, AppearAsked{2h});
  s.at(2s, TickAsked{TickKind::calendar, {}});
  s.carries(5s);
  EXPECT_EQ(s.link.status(s.clocks().wall).appearance.until, kMorning + 5s + 2h);
}

// A stop, or a reload that takes the link away, ends what a good-bye has just ended for its receivers.
TEST(GoodBye, AStopWhileTheLinkMovesLeavesNothingForTheNextGhostd) {
  for (const auto& end : {Event(leave), Event(taken_away), Event(disconnect)}) {
    auto s = moving();
    s.at(8s, end);
    EXPECT_EQ(s.link.memory().until, std::nullopt) << words(end);
    s.at(9s, Event(connect));
    s.at(9s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
    EXPECT_EQ(s.link.status(s.clocks().wall).appearance.state, "none") << words(end);
  }
}

// A stop that is called off: the timer's tick came after the Disconnect.
TEST(Appear, ADisconnectOfLongAgoDoesNotEndANewWishThatABarHolds) {
  auto s = known();
  s.at(1s, Event(disconnect));
  s.at(2s, Event(leave));
  s.at(3s, TickAsked{TickKind::calendar, {}});
  EXPECT_EQ(s.state(), "down (start); connecting");
  EXPECT_THAT(s.at(4s, Event(unblock)), testing::Contains("start 1"));
}

TEST(GoodBye, AClockThatIsPutBackDoesNotMakeTheRestLonger) {
  auto s = moving();
  s.set_by = -24h;
  s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  s.at(9s, Event(gone(1, CallEnd::HungUp)));
  s.at(9s, Event(PlaceGivenUp{}));
  s.carries(20s);
  s.at(21s, Event(queue(2, true)));
  EXPECT_THAT(s.at(20s + 5min, Event(due)), testing::Contains("idle? 2"));
  s.at(20s + 5min, Event(idle(2, 0s)));
  EXPECT_EQ(s.link.deadline(), Time{} + 20s + 10min) << "the hold";
}

// The next ghostd has it from the disk.
TEST(GoodBye, ACrashWhileItMovesKeepsThePromise) {
  auto s = moving();
  EXPECT_EQ(s.link.memory().until, kMorning + 5s + 10min);
  s.at(8s, NoticeAnswered{2, NoticeResult::Ok, "", ""});
  EXPECT_EQ(s.link.memory().until, kMorning + 5s + 10min);
}

TEST(GoodBye, AReloadThatMovesNothingHangsUpNobody) {
  auto s = known();
  s.at(1s, Event(connect));
  s.carries(5s);
  auto other = hut({"dns"});
  other.call.idle_timeout = 1min;
  EXPECT_THAT(s.at(6s, Event(Reconfigured{other})), testing::Not(testing::Contains("route back")));
  EXPECT_EQ(s.link.call().config(), other);
  for (const auto& move : {+[](LinkConfig& c) { c.metric = 700; }, +[](LinkConfig& c) { c.routes.clear(); },
                           +[](LinkConfig& c) { c.stable = dual().stable; }}) {
    auto config = hut();
    move(config);
    EXPECT_TRUE(needs_another_place(hut(), config));
  }
}

// It waits for a call that nobody may make, and asks for none.
TEST(GoodBye, AnAppearanceOfALinkThatIsTakenAwayAsksForNoCall) {
  auto s = known();
  s.at(1s, Event(taken_away));
  EXPECT_THAT(s.at(2s, AppearAsked{}), testing::Not(testing::Contains(testing::StartsWith("start"))));
  EXPECT_EQ(s.state(), "down (start); connecting");
}
