// SPDX-License-Identifier: GPL-2.0-or-later
// When the Keeper looks, in which order, and what it tells. The kernel and the time are fakes.
#include "ghostd/keeper.hpp"

#include <gmock/gmock.h>

#include "taken_kind.hpp"

namespace ghost::daemon {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct FakeSurroundings final : Surroundings {
  explicit FakeSurroundings(std::vector<std::string>& done) : done_(done) {}
  bool defaults_are_known = true;
  std::vector<Kept> kept() override { return {}; }
  void follow_forwarding() override { done_.emplace_back("forwarding"); }
  bool follow_defaults() override {
    done_.emplace_back("defaults");
    return defaults_are_known;
  }
  void follow_rules(const std::vector<Kept>&) override { done_.emplace_back("rules"); }

 private:
  std::vector<std::string>& done_;
};

struct KeeperTest : testing::Test {
  test::KeeperTime time;
  std::vector<std::string> done, told, said;
  net::Result<net::Heard> news;  // what hear() returns once
  FakeSurroundings around{done};
  test::TakenKind table{"table", time}, routing{"routing", time}, queues{"queues", time};
  Keeper keeper{{.hear = [this] { return std::exchange(news, net::Heard{}); },
                 .around = around,
                 .table = table,
                 .routing = routing,
                 .queues = queues,
                 .clock = time.clock(),
                 .tell = [this](int, std::string_view, std::string_view, std::string_view text) { said.emplace_back(text); },
                 .changed = [this](const std::string& degraded,
                                   bool can_carry) { told.push_back((can_carry ? "carries|" : "cannot carry|") + degraded); }}};

  void SetUp() override {
    keeper.look_soon();
    (void)wait();
    EXPECT_FALSE(keeper.deadline());
  }
  // The time that the Keeper asked for, and its look. What was done, by kind.
  std::vector<std::string> wait() {
    done.clear();
    for (auto* k : {&table, &routing, &queues}) k->done.clear();
    if (!keeper.deadline()) return {"no deadline"};
    time.now = std::max(time.now, *keeper.deadline());
    keeper.look();
    for (auto* k : {&table, &routing, &queues})
      for (const auto& act : k->done) done.push_back(k->name() + " " + act);
    return done;
  }
  std::vector<std::string> hear(net::Heard heard) {
    news = heard;
    keeper.heard();
    return wait();
  }
};

TEST_F(KeeperTest, GathersAChangeOfManyPartsAndDoesNotListenMeanwhile) {
  EXPECT_TRUE(keeper.listens());
  time.now += 1s;
  const auto begun = time.now;
  keeper.heard();
  EXPECT_FALSE(keeper.listens());
  EXPECT_EQ(keeper.deadline(), begun + 20ms);
  (void)wait();
  EXPECT_TRUE(keeper.listens());
}

TEST_F(KeeperTest, LooksOnlyAtWhatWasTouched) {
  EXPECT_THAT(hear({.queues = true}), ElementsAre("rules", "queues look"));
  EXPECT_THAT(hear({.table = true}), ElementsAre("rules", "table look"));
  EXPECT_THAT(hear({.addresses = true}), ElementsAre("forwarding", "rules", "routing look"));
  EXPECT_THAT(hear({}), IsEmpty()) << "news of others' own objects";
}

TEST_F(KeeperTest, TheTableIsPutBackBeforeTheRoutesLeadIntoIt) {
  table.missing = routing.missing = queues.missing = "all";
  net::Heard all;
  all.everything();
  EXPECT_THAT(hear(all), ElementsAre("defaults", "forwarding", "rules", "table look", "table put back", "routing look",
                                     "routing put back", "queues look", "queues put back"));
}

TEST_F(KeeperTest, DefaultRoutesThatCouldNotBeReadAreReadAgainWithoutNews) {
  around.defaults_are_known = false;
  EXPECT_THAT(hear({.defaults = true}), testing::Contains("defaults"));
  EXPECT_EQ(keeper.deadline(), time.now + 1s);
  EXPECT_THAT(wait(), ElementsAre("defaults"));
  around.defaults_are_known = true;
  EXPECT_THAT(wait(), ElementsAre("defaults"));
  EXPECT_FALSE(keeper.deadline());
}

TEST_F(KeeperTest, AnExpensiveLookIsFollowedByAPauseOfFiftyTimesItsCost) {
  routing.look_costs = 10ms;
  (void)hear({.routes = true});
  const auto looked = time.now;
  keeper.heard();
  EXPECT_EQ(keeper.deadline(), looked + 500ms);
  routing.look_costs = 1s;
  (void)wait();
  const auto again = time.now;
  news = net::Heard{.routes = true};
  keeper.heard();
  (void)wait();
  EXPECT_GT(keeper.deadline().value_or(again + 700ms), again);
}

TEST_F(KeeperTest, CannotCarryWhileTheTableIsMissing) {
  table.missing = "table";
  table.refuses = "no memory";
  (void)hear({.table = true});
  EXPECT_THAT(told, ElementsAre("cannot carry|table cannot be restored: no memory"));
  table.refuses.reset();
  for (int i = 0; i < 100 && told.size() < 2; ++i) (void)wait();
  EXPECT_THAT(told, testing::Contains(testing::StartsWith("carries|")));
}

TEST_F(KeeperTest, AMissingRouteIsNoReasonNotToCall) {
  routing.missing = "route";
  routing.refuses = "no memory";
  (void)hear({.routes = true});
  EXPECT_THAT(told, ElementsAre("carries|route cannot be restored: no memory"));
}

TEST_F(KeeperTest, AHandoverPutsTheTableBackAtOnceWhateverThePace) {
  table.taken_always = "table";
  (void)hear({.table = true});
  (void)hear({.table = true});  // it is taken again, so the Keeper waits
  EXPECT_THAT(table.done, ElementsAre("look", "canary"));
  table.done.clear();
  EXPECT_TRUE(keeper.table_must_stand()) << "nothing was heard, but it is missing";
  EXPECT_THAT(table.done, ElementsAre("look", "put back"));
  table.refuses = "no memory";
  EXPECT_EQ(keeper.table_must_stand().error().what, "no memory");
}

TEST_F(KeeperTest, AHandoverDoesNotLookAtATableThatNobodyTouched) {
  table.done.clear();
  EXPECT_TRUE(keeper.table_must_stand());
  EXPECT_THAT(table.done, IsEmpty());
}

TEST_F(KeeperTest, PacketsThatCameWithoutATableAreUnjudged) {
  EXPECT_FALSE(keeper.table_was_lost());
  news = net::Heard{.table = true};
  EXPECT_FALSE(keeper.table_was_lost()) << "touched, but it is as it should be";
  table.missing = "table";
  EXPECT_TRUE(keeper.table_was_lost());
  EXPECT_EQ(keeper.deadline(), time.now) << "in the loop's next turn";
  (void)wait();
  EXPECT_FALSE(table.missing);
  EXPECT_FALSE(keeper.table_was_lost());
}

// The news can be read once only. ghostd also looks at what it says of the others.
TEST_F(KeeperTest, WhatIsHeardOfOthersWhileTheTableIsAskedIsNotForgotten) {
  news = net::Heard{.routes = true};
  EXPECT_FALSE(keeper.table_was_lost());
  EXPECT_FALSE(keeper.listens());
  EXPECT_THAT(wait(), ElementsAre("forwarding", "rules", "routing look"));
}

TEST_F(KeeperTest, NewsThatCannotBeReadEndTheProgram) {
  news = tl::unexpected(net::Error{5, "watch: Input/output error"});
  keeper.heard();
  EXPECT_THROW((void)wait(), std::runtime_error);
}

}  // namespace
}  // namespace ghost::daemon
