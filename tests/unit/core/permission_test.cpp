// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/permission.hpp"

#include <gmock/gmock.h>

#include "core/announced.hpp"

namespace ghost::core {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Time at(Duration d) { return Time{} + 1h + d; }

TEST(Permission, IsGivenWhileNoBarStands) {
  Permission permission;
  EXPECT_TRUE(permission.given());
  EXPECT_TRUE(permission.put_up(Bar::stop, {"stop", {}, at(1h)}));
  EXPECT_TRUE(permission.put_up(Bar::block, {"AuthFailed", "why", std::nullopt}));
  EXPECT_FALSE(permission.given());
  EXPECT_EQ(permission.strongest(), Bar::block);
  EXPECT_TRUE(permission.lift(Bar::block));
  EXPECT_FALSE(permission.lift(Bar::block));
  EXPECT_EQ(permission.strongest(), Bar::stop);
  EXPECT_FALSE(permission.given());
  EXPECT_TRUE(permission.lift(Bar::stop));
  EXPECT_TRUE(permission.given());
}

// A link that a reload adds meanwhile has the same bars with the same ends as the others.
TEST(Announced, HoldsForALinkThatComesLater) {
  const auto left = [](const Event& event) {
    if (const auto* stop = std::get_if<LeaveAsked>(&event)) return std::pair(std::string("stop"), stop->patience);
    return std::pair(std::string("sleep"), std::get<SleepAsked>(event).patience);
  };
  Announced announced;
  EXPECT_TRUE(announced.still(at(0s)).empty());
  announced.stop(at(0s));
  announced.sleep(at(10s));
  const auto both = announced.still(at(20s));
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(left(both[0]), std::pair(std::string("stop"), Duration(1h - 20s)));
  EXPECT_EQ(left(both[1]), std::pair(std::string("sleep"), Duration(50s)));
  announced.woke();
  EXPECT_EQ(announced.still(at(59min)).size(), 1U);
  EXPECT_TRUE(announced.still(at(1h)).empty());
}

TEST(Permission, ABarEndsWhenItsTimeHasComeAndNotBefore) {
  Permission permission;
  permission.put_up(Bar::block, {"block", {}, std::nullopt});
  permission.put_up(Bar::stop, {"stop", {}, at(10s)});
  EXPECT_EQ(permission.deadline(), at(10s));
  EXPECT_THAT(permission.pass(at(10s) - 1us), IsEmpty());
  EXPECT_THAT(permission.pass(at(10s)), ElementsAre(Bar::stop));
  EXPECT_EQ(permission.deadline(), std::nullopt);
  EXPECT_THAT(permission.pass(at(1000h)), IsEmpty());
  EXPECT_TRUE(permission.standing(Bar::block)) << "nobody has lifted it";
}

TEST(Permission, PutUpAgainItKeepsItsReasonAndItsLaterEnd) {
  Permission permission;
  permission.put_up(Bar::block, {"AuthFailed", "why", at(10s)});
  EXPECT_FALSE(permission.put_up(Bar::block, {"block", {}, at(5s)}));
  EXPECT_EQ(permission.standing(Bar::block), (Permission::Standing{"AuthFailed", "why", at(10s)}));
  EXPECT_FALSE(permission.put_up(Bar::block, {"block", {}, at(20s)}));
  EXPECT_EQ(permission.deadline(), at(20s));
  EXPECT_FALSE(permission.put_up(Bar::block, {"block", {}, std::nullopt}));
  EXPECT_EQ(permission.deadline(), std::nullopt);
  EXPECT_FALSE(permission.put_up(Bar::block, {"block", {}, at(20s)}));
  EXPECT_EQ(permission.deadline(), std::nullopt) << "what has no end does not get one";
}

}  // namespace
}  // namespace ghost::core
