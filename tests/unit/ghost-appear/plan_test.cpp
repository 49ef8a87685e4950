// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-appear/plan.hpp"
#include "core/time.hpp"

#include <gmock/gmock.h>

namespace ghost::appear {
namespace {

using namespace std::chrono_literals;

constexpr core::WallTime kNow{1'800'000'000s};  // 2027-01-15 08:00:00 UTC
const std::string kAt30 = "ghost-appear-next@isp:20270115T083000Z.timer";

// As after a boot.
Plan plan(const std::string& link, std::optional<core::WallTime> next, bool wake_system, std::optional<core::WallTime> timer_next,
          const std::vector<std::string>& standing, core::WallTime now) {
  return appear::plan(link, next, wake_system, timer_next, standing, now, Ticked::by_systemd);
}

TransientTimer timer(core::WallTime at, const std::string& name, const std::string& spec) {
  return {.at = at,
          .name = name,
          .description = "The next appearance of link isp",
          .spec = spec,
          .part_of = "ghost-appear@isp.timer",
          .wake_system = false};
}
TransientTimer at30() { return timer(kNow + 30min, kAt30, "2027-01-15 08:30:00 UTC"); }

TEST(Plan, APromiseBecomesATimer) {
  EXPECT_EQ(plan("isp", kNow + 30min, false, kNow + 24h, {}, kNow), (Plan{at30(), {}}));
  auto wakes = at30();
  wakes.wake_system = true;
  EXPECT_EQ(plan("isp", kNow + 30min, true, {}, {}, kNow), (Plan{wakes, {}}));
}

TEST(Plan, ToTheMicrosecondWhereItIsPromisedSo) {
  EXPECT_EQ(
      plan("isp", kNow + 250ms, false, {}, {}, kNow),
      (Plan{timer(kNow + 250ms, "ghost-appear-next@isp:20270115T080000.250000Z.timer", "2027-01-15 08:00:00.250000 UTC"), {}}));
}

TEST(Plan, TheSamePromiseIsArmedOnce) { EXPECT_EQ(plan("isp", kNow + 30min, false, kNow + 24h, {kAt30}, kNow), Plan{}); }

TEST(Plan, WhatIsPromisedNoLongerIsStopped) {
  const std::string old = "ghost-appear-next@isp:20270115T080000Z.timer";
  EXPECT_EQ(plan("isp", kNow + 30min, false, {}, {old}, kNow), (Plan{at30(), {old}}));
  EXPECT_EQ(plan("isp", kNow + 30min, false, {}, {old, kAt30}, kNow), (Plan{{}, {old}}));
  EXPECT_EQ(plan("isp", std::nullopt, false, {}, {old, kAt30}, kNow), (Plan{{}, {old, kAt30}}));
}

TEST(Plan, TheCalendarTimersNextElapseNeedsNoOther) {
  EXPECT_EQ(plan("isp", kNow + 24h, false, kNow + 24h, {}, kNow), Plan{});
  EXPECT_EQ(plan("isp", kNow + 24h, false, kNow + 24h, {kAt30}, kNow), (Plan{{}, {kAt30}}));
}

TEST(Plan, WithoutAPromiseThereIsNothingToArm) { EXPECT_EQ(plan("isp", {}, false, {}, {}, kNow), Plan{}); }

TEST(Plan, AMomentThatIsOverIsMadeUpFor) {
  const auto soon = timer(kNow + 2s, "ghost-appear-next@isp:20270115T080002Z.timer", "2027-01-15 08:00:02 UTC");
  EXPECT_EQ(plan("isp", kNow, false, {}, {}, kNow), (Plan{soon, {}}));
  EXPECT_EQ(plan("isp", kNow - 2h, false, {}, {}, kNow + 999ms), (Plan{soon, {}}));
}

// A ghostd that was taken over answers "a second from now" to every tick.
TEST(Plan, TheTimersOfAChainKeepADistance) {
  auto now = kNow;
  for (int i = 0; i < 100; ++i) {
    for (const auto answer : {now - 1h, now, now + 1us, now + 1s, now + kDistance - 1us}) {
      const auto armed = appear::plan("isp", answer, false, {}, {}, now, Ticked::by_the_chain).arm;
      ASSERT_TRUE(armed);
      EXPECT_EQ(armed->at, now + 30s);
      EXPECT_EQ(armed->spec, calendar_spec(now + 30s));
    }
    now += 30s;
  }
  EXPECT_EQ(appear::plan("isp", kNow + 31s, false, {}, {}, kNow, Ticked::by_the_chain).arm->at, kNow + 31s);
  EXPECT_EQ(appear::plan("isp", kNow + 30min, false, {}, {}, kNow, Ticked::by_the_chain), (Plan{at30(), {}}));
  // A promise that a boot finds is kept to the second.
  EXPECT_EQ(plan("isp", kNow + 5s, false, {}, {}, kNow).arm->at, kNow + 5s);
}

TEST(Patience, EndsBeforeTheNextTick) {
  EXPECT_EQ(patience(kNow, {}), 10min);
  EXPECT_EQ(patience(kNow, kNow + 15min), 10min);
  EXPECT_EQ(patience(kNow, kNow + 1min), 58s);
  EXPECT_EQ(patience(kNow, kNow + 1s), 0s);
  EXPECT_EQ(patience(kNow, kNow - 1h), 0s);
}

TEST(Names, OfOneLinkAreNotAnothers) {
  EXPECT_EQ(calendar_timer("4g-fast"), "ghost-appear@4g-fast.timer");
  EXPECT_EQ(link_of("isp:20270115T083000Z"), "isp");
  EXPECT_EQ(link_of("isp"), "isp");
  EXPECT_EQ(timer_pattern("isp"), "ghost-appear-next@isp:*.timer");
  EXPECT_EQ(plan("isp-2", kNow + 30min, false, {}, {}, kNow).arm->name, "ghost-appear-next@isp-2:20270115T083000Z.timer");
}

}  // namespace
}  // namespace ghost::appear
