// SPDX-License-Identifier: GPL-2.0-or-later
// The real ghost-appear between the real BusService and a systemd of the test's own: what it arms, in what order, and how it
// exits.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "core/time.hpp"
#include "fake_systemd.hpp"
#include "private_bus.hpp"
#include "test_server.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using Kind = bus::RequestError::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Far enough for every test, and in whole seconds.
core::WallTime in(std::chrono::minutes span) {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + span;
}
std::string usec(core::WallTime t) { return std::to_string(t.time_since_epoch().count()); }
std::uint64_t number(core::WallTime t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }
std::string text(core::WallTime t, const char* format) {
  const auto seconds = std::chrono::system_clock::to_time_t(t);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char buffer[64];
  return {buffer, std::strftime(buffer, sizeof buffer, format, &parts)};
}
std::string timer_at(core::WallTime t) { return "ghost-appear-next@isp:" + text(t, "%Y%m%dT%H%M%SZ") + ".timer"; }
std::string start_of(core::WallTime t, const char* wake = "no") {
  return "start " + timer_at(t) + " Description=The next appearance of link isp PartOf=ghost-appear@isp.timer" +
         " CollectMode=inactive-or-failed TimersCalendar=" + text(t, "%Y-%m-%d %H:%M:%S UTC") +
         " AccuracyUSec=1000 RemainAfterElapse=no WakeSystem=" + wake;
}

struct GhostAppear : testing::Test {
  PrivateBus daemon;
  TestServer server{daemon.address(), {appearing("none", 0)}};
  FakeSystemd systemd{daemon.address()};
  std::vector<std::string> env{"DBUS_SYSTEM_BUS_ADDRESS=" + daemon.address(), "TZ=UTC",
                               "RUNTIME_DIRECTORY=" + daemon.dir().string()};
  const core::WallTime promise = in(30min), tomorrow = in(24h);

  GhostAppear() { systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = number(tomorrow)}); }

  static core::LinkStatus appearing(const std::string& state, std::uint64_t asked) {
    auto s = sample_link();
    if (state != "none") s.appearance = sample_appearance();
    s.appearance.state = state;
    s.appearance.asked = asked;
    return s;
  }
  static core::LinkStatus told(core::NoticeResult of_dns) {
    auto s = appearing("present", 1);
    s.appearance.notices[1].result = of_dns;
    return s;
  }
  [[nodiscard]] std::vector<std::string> argv(const std::string& kind, const std::string& link = "isp") const {
    return {GHOST_APPEAR, "--links", daemon.dir().string() + "/links", "--" + kind, link};
  }
  void write_link(const std::string& text) const {
    std::filesystem::create_directories(daemon.dir() / "links");
    std::ofstream(daemon.dir() / "links/isp.conf") << text;
  }
  Ran tick(const std::string& kind, const std::string& link = "isp") { return run(argv(kind, link), env); }
  std::string asked(const std::string& kind) { return "tick isp " + kind + " " + usec(tomorrow); }
};

TEST_F(GhostAppear, ArmsThePromiseAndWaitsUntilEverybodyIsTold) {
  write_link("[Link]\nPeer=isp\n[Appear]\nName=here\nWakeSystem=yes\n");
  server.answer_tick({.due = true, .next = promise, .wake_system = true});
  server.on(asked("calendar"), [](bus::BusService& s) { s.publish(appearing("connecting", 1)); });
  Child child(argv("calendar"), env);
  ASSERT_TRUE(child.wait_for_error("isp: due; next: "));
  // It stands before anybody has been told anything.
  EXPECT_THAT(systemd.take_record(), ElementsAre(start_of(promise, "yes")));
  EXPECT_THAT(server.take_record(), ElementsAre(asked("calendar")));
  server.publish(appearing("announcing", 1));
  server.publish(told(core::NoticeResult::Ok));
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("  mail  Ok: 250 queued\n  dns   Ok, 2 attempts"));
}

TEST_F(GhostAppear, StopsWhatIsPromisedNoLongerOnceTheNewOneStands) {
  const auto old = "ghost-appear-next@isp:20200101T000000Z.timer", foreign = "ghost-appear-next@isp-2:20200101T000000Z.timer";
  systemd.set(old, {.sub = "running", .next = 0});
  systemd.set(foreign, {.sub = "waiting", .next = 1});
  server.answer_tick({.due = false, .next = promise, .wake_system = false});
  EXPECT_EQ(tick("resume").status, 0);
  EXPECT_THAT(systemd.take_record(), ElementsAre(start_of(promise), std::string("stop ") + old));
  EXPECT_EQ(tick("resume").status, 0);  // again: it stands
  EXPECT_THAT(systemd.take_record(), IsEmpty());
}

// A ghostd that was taken over says that the machine is to wake.
TEST_F(GhostAppear, OnlyTheLinksFileWakesTheMachine) {
  server.answer_tick({.due = false, .next = promise, .wake_system = true});
  const auto without = tick("resume");
  EXPECT_THAT(without.err, HasSubstr("isp: the timer will not wake the machine: no link \"isp\" is configured"));
  EXPECT_THAT(systemd.take_record(), ElementsAre(start_of(promise, "no")));
  write_link("[Link]\nPeer=isp\n[Appear]\nName=here\n");
  server.answer_tick({.due = false, .next = promise + 1s, .wake_system = true});
  EXPECT_EQ(tick("resume").status, 0);
  EXPECT_THAT(systemd.take_record(), ElementsAre(start_of(promise + 1s, "no"), "stop " + timer_at(promise)));
}

TEST_F(GhostAppear, TheCalendarTimerKeepsItsOwnPromise) {
  systemd.set(timer_at(promise), {.sub = "waiting", .next = number(promise)});
  server.answer_tick({.due = false, .next = tomorrow, .wake_system = false});
  EXPECT_EQ(tick("chain").status, 0);
  EXPECT_THAT(systemd.take_record(), ElementsAre("stop " + timer_at(promise)));
  server.answer_tick({});
  EXPECT_EQ(tick("chain").status, 0);
  EXPECT_THAT(systemd.take_record(), IsEmpty());
}

TEST_F(GhostAppear, WaitsUntilTheTimerKnowsItsNextElapse) {
  systemd.set("ghost-appear@isp.timer", {.sub = "running", .next = 1});
  server.answer_tick({.due = false, .next = promise, .wake_system = false});
  Child child(argv("calendar"), env);
  ASSERT_TRUE(eventually([&] { return systemd.state_reads() >= 3; }));
  EXPECT_THAT(server.take_record(), IsEmpty());
  systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = number(tomorrow)});
  EXPECT_EQ(child.finish().status, 0);
  EXPECT_THAT(server.take_record(), ElementsAre(asked("calendar")));
}

TEST_F(GhostAppear, ATimerThatIsNotActiveElapsesNever) {
  systemd.set("ghost-appear@isp.timer", {.sub = "dead", .next = number(tomorrow)});
  EXPECT_EQ(tick("resume").status, 0);
  systemd.set("ghost-appear@isp.timer", {.sub = "waiting", .next = UINT64_MAX});
  EXPECT_EQ(tick("resume").status, 0);
  EXPECT_THAT(server.take_record(), ElementsAre("tick isp resume never", "tick isp resume never"));
}

TEST_F(GhostAppear, WhatFailedIsNotTriedAgainBySystemd) {
  server.answer_tick({.due = true, .next = promise, .wake_system = false});
  server.on(asked("chain"), [](bus::BusService& s) { s.publish(told(core::NoticeResult::AuthFailed)); });
  const auto refused = tick("chain");
  EXPECT_EQ(refused.status, 3) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("  dns   AuthFailed, 2 attempts"));
  server.publish(appearing("none", 1));
  server.on(asked("chain"), [](bus::BusService& s) {
    auto failed = appearing("failed", 2);
    failed.reason = "NoCarrier";
    s.publish(failed);
  });
  const auto failed = tick("chain");
  EXPECT_EQ(failed.status, 3) << failed.err;
  EXPECT_THAT(failed.err, HasSubstr("isp did not appear: NoCarrier"));
  server.answer(asked("chain"), {Kind::Blocked, "isp is blocked"});
  EXPECT_EQ(tick("chain").status, 3);
}

TEST_F(GhostAppear, WaitsForOneThatIsUnderWay) {
  server.publish(appearing("announcing", 1));
  server.answer_tick({.due = false, .next = in(0min) + 4s, .wake_system = false});
  const auto ran = tick("chain");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("isp is announcing, and some notifiers have not been told yet"));
}

TEST_F(GhostAppear, WhatCanNeverBeIsHopeless) {
  EXPECT_EQ(tick("chain", "nope").status, 4);
  EXPECT_EQ(tick("chain", "../etc").status, 2);
  EXPECT_EQ(tick("yearly").status, 2);
  EXPECT_EQ(run({GHOST_APPEAR, "isp"}, env).status, 2);
  EXPECT_EQ(run({GHOST_APPEAR, "--chain", "--resume", "isp"}, env).status, 2);
}

TEST_F(GhostAppear, WithoutAnArmedTimerItIsTriedAgain) {
  const auto old = "ghost-appear-next@isp:20200101T000000Z.timer";
  systemd.set(old, {.sub = "waiting", .next = 1});
  server.answer_tick({.due = true, .next = promise, .wake_system = false});
  systemd.refuse_starts("org.freedesktop.DBus.Error.AccessDenied");
  const auto ran = tick("chain");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("it is not wanted"));
  EXPECT_THAT(systemd.take_record(), ElementsAre(start_of(promise)));  // and the old one stands
  // Another has armed the same meanwhile.
  systemd.refuse_starts("org.freedesktop.systemd1.UnitExists");
  server.answer_tick({.due = false, .next = promise, .wake_system = false});
  systemd.set(timer_at(promise), {.sub = "waiting", .next = number(promise)});
  EXPECT_EQ(tick("chain").status, 0);
}

TEST_F(GhostAppear, WithoutGhostdItIsTriedAgain) {
  PrivateBus empty;
  const FakeSystemd alone(empty.address());
  env[0] = "DBUS_SYSTEM_BUS_ADDRESS=" + empty.address();
  EXPECT_EQ(tick("chain").status, 1);
  env[0] = "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent";
  EXPECT_EQ(tick("chain").status, 1);
}

TEST_F(GhostAppear, AGhostdThatGoesIsAskedAgain) {
  server.answer_tick({.due = true, .next = promise, .wake_system = false});
  server.on(asked("chain"), [](bus::BusService& s) { s.publish(appearing("connecting", 1)); });
  Child child(argv("chain"), env);
  ASSERT_TRUE(child.wait_for_error("isp: due; next: "));
  server.remove("isp");
  EXPECT_EQ(child.finish().status, 1);
  server.publish(appearing("none", 0));  // another ghostd, that knows nothing of it
  server.on(asked("chain"), [](bus::BusService&) {});
  EXPECT_EQ(tick("chain").status, 1);
}

TEST_F(GhostAppear, ReadsTheLinkOffItsInstance) {
  EXPECT_EQ(tick("chain", "isp:20270115T083000Z").status, 0);
  EXPECT_THAT(server.take_record(), ElementsAre(asked("chain")));
  EXPECT_EQ(tick("chain", ":isp").status, 2);
}

TEST_F(GhostAppear, DoesNotWaitIntoTheNextTick) {
  server.answer_tick({.due = true, .next = in(0min) + 3s, .wake_system = false});
  server.on(asked("chain"), [](bus::BusService& s) { s.publish(appearing("announcing", 1)); });
  const auto ran = tick("chain");
  EXPECT_EQ(ran.status, 0);
  EXPECT_THAT(ran.err, HasSubstr("isp is announcing, and some notifiers have not been told yet"));
}

}  // namespace
}  // namespace ghost::test
