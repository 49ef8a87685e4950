// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/settling.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using namespace std::chrono_literals;
using Look = Settling::Look;

namespace {

constexpr Time at(Duration t) { return Time{} + t; }

}  // namespace

TEST(Settling, HasNothingToDoBeforeAHandover) {
  Settling settling;
  EXPECT_TRUE(settling.done());
  EXPECT_EQ(settling.look(at(100s)), Look::not_now);
}

TEST(Settling, LooksUntilTheReplayHasLeft) {
  Settling settling;
  settling.begin(at(1s));
  EXPECT_EQ(settling.deadline(), at(1s + 200ms));
  EXPECT_EQ(settling.look(at(1s + 199ms)), Look::not_now);
  EXPECT_EQ(settling.look(at(1s + 200ms)), Look::look);
  EXPECT_EQ(settling.look(at(1s + 300ms)), Look::not_now) << "one question per interval, also without an answer";
  EXPECT_EQ(settling.look(at(1s + 400ms)), Look::look);
  settling.answer(at(1s + 450ms), false);
  EXPECT_EQ(settling.deadline(), at(1s + 650ms));
  settling.answer(at(1s + 650ms), true);
  EXPECT_TRUE(settling.done());
  EXPECT_EQ(settling.look(at(2s)), Look::not_now);
}

TEST(Settling, ALineThatNeverCatchesUpIsForced) {
  Settling settling;
  settling.begin(at(0s));
  EXPECT_EQ(settling.look(at(60s) - 1us), Look::look);
  EXPECT_EQ(settling.look(at(61s)), Look::force);
}

TEST(Settling, TheOtherFamilysReplayHasItsOwnPatience) {
  Settling settling;
  settling.begin(at(0s));
  settling.begin(at(50s));
  EXPECT_EQ(settling.look(at(61s)), Look::look);
  EXPECT_EQ(settling.look(at(110s)), Look::force);
}
