// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-appear/plan.hpp"
#include "core/time.hpp"

#include <gmock/gmock.h>

namespace ghost::appear {
namespace {

using namespace std::chrono_literals;

constexpr core::WallTime kNow{1'800'000'000s};  // 2027-01-15 08:00:00 UTC
const std::string kAt30 = "ghost-appear-next@isp:20270115T083000Z.timer";

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
