// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ways.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;

namespace {

const std::vector<std::string> kThree{"a", "b", "c"};

std::string next(const Ways& ways) { return ways.next().peer; }

}  // namespace

TEST(Ways, TakeTurns) {
  Ways ways(kThree);
  std::string turns;
  for (int i = 0; i < 7; ++i) {
    turns += next(ways);
    ways.move_on();
  }
  EXPECT_EQ(turns, "abcabca");
  EXPECT_TRUE(ways.several() && ways.another() && !ways.any_out());
}

TEST(Ways, OneIsAlwaysTheNext) {
  for (auto ways : {Ways(), Ways({"a"})}) {
    EXPECT_FALSE(ways.several() || ways.another());
    const auto before = ways;
    ways.move_on();
    EXPECT_EQ(ways, before);
  }
  EXPECT_EQ(next(Ways()), "");
  EXPECT_EQ(Ways(), Ways(std::vector<std::string>{}));
}

TEST(Ways, WhatIsOutHasNoTurn) {
  Ways ways(kThree);
  ways.take_out(CallEnd::ConfigError);
  EXPECT_EQ(next(ways), "b");
  ways.move_on();
  ways.move_on();
  EXPECT_EQ(next(ways), "b");
  ways.prefer("a");
  ways.prefer("nobody");
  EXPECT_EQ(next(ways), "b");
  ways.prefer("c");
  EXPECT_EQ(next(ways), "c");
  ways.take_out(CallEnd::AuthFailed);
  EXPECT_EQ(next(ways), "b");
  EXPECT_FALSE(ways.another());
  ways.take_out(CallEnd::AuthFailed);
  EXPECT_EQ(next(ways), "b") << "none is left";
  EXPECT_TRUE(ways.next().out);
}

TEST(Ways, APersonBringsAllBack) {
  Ways ways(kThree);
  for (const auto refused : {3U, 1U, 3U}) {
    ways.acceptance() = {true, refused};
    ways.take_out(CallEnd::AuthFailed);
  }
  EXPECT_EQ(next(ways), "c");
  auto mended = ways, forgiven = ways;
  forgiven.forgive();
  EXPECT_EQ(forgiven, Ways::saved({{"a", {true, 0}}, {"b", {true, 0}}, {"c", {true, 0}}}, "a"));
  mended.mend(3);
  EXPECT_EQ(mended, Ways::saved({{"a", {true, 2}}, {"b", {true, 1}}, {"c", {true, 2}}}, "a")) << "no try is added";
  // One that takes its turns keeps it.
  Ways at_work(kThree);
  at_work.take_out(CallEnd::ConfigError);
  at_work.move_on();
  at_work.forgive();
  EXPECT_EQ(next(at_work), "c");
  EXPECT_FALSE(at_work.any_out());
}

TEST(Ways, AreKeptForTheSamePeers) {
  const auto earlier = Ways::saved({{"a", {false, 3}, CallEnd::AuthFailed}, {"b", {true, 1}}}, "b");
  EXPECT_EQ(Ways::restored(earlier, {"a", "b"}), earlier);
  // Of others, only the way that worked is kept, and what its far end has accepted: not what another has refused.
  EXPECT_EQ(Ways::restored(earlier, {"b", "a"}), Ways::saved({{"b", {true, 0}}, {"a"}}, "b"));
  EXPECT_EQ(Ways::restored(earlier, kThree), Ways::saved({{"a"}, {"b", {true, 0}}, {"c"}}, "b"));
  EXPECT_EQ(Ways::restored(earlier, {"x"}), Ways({"x"}));
  EXPECT_EQ(Ways::restored(earlier, {}), Ways());
  // An earlier version saved no name.
  const auto unnamed = Ways::saved({{"", {true, 2}}}, "");
  EXPECT_EQ(Ways::restored(unnamed, {"a"}), Ways::saved({{"a", {true, 2}}}, "a"));
  EXPECT_EQ(Ways::restored(unnamed, {"a", "b"}), Ways({"a", "b"}));
}

TEST(Ways, AnyListIsOne) {
  EXPECT_EQ(Ways::saved({}, "a"), Ways());
  EXPECT_EQ(Ways::saved({{"a"}, {"b"}}, "x"), Ways({"a", "b"}));
}
