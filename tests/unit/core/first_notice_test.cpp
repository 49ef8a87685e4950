// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/first_notice.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using namespace std::chrono_literals;
using Awaits = FirstNotice::Awaits;

namespace {

constexpr Time at(Duration t) { return Time{} + t; }

}  // namespace

TEST(FirstNotice, LeavesAtOnceIfNothingIsAwaited) {
  FirstNotice notice;
  EXPECT_FALSE(notice.waits(Awaits::nothing, at(5s), at(5s)));
  EXPECT_FALSE(notice.deadline());
  EXPECT_FALSE(notice.time_passed(at(1h)));
  EXPECT_FALSE(notice.next_told());
}

TEST(FirstNotice, WaitsThreeSecondsFromWhenTheCallCarries) {
  FirstNotice notice;
  EXPECT_TRUE(notice.waits(Awaits::call, at(5s), at(6s)));
  EXPECT_TRUE(notice.waits(Awaits::call, at(5s), at(7s))) << "another step of the call";
  EXPECT_EQ(notice.deadline(), at(8s));
  EXPECT_FALSE(notice.time_passed(at(8s) - 1us));
  EXPECT_TRUE(notice.time_passed(at(8s)));
  EXPECT_FALSE(notice.time_passed(at(8s))) << "once";
  EXPECT_FALSE(notice.waits(Awaits::call, at(5s), at(8s)));
  EXPECT_FALSE(notice.deadline());
}

TEST(FirstNotice, WaitsNoLongerWhenTheNextIsTold) {
  FirstNotice notice;
  EXPECT_TRUE(notice.waits(Awaits::next, at(5s), at(5s)));
  EXPECT_TRUE(notice.next_told());
  EXPECT_FALSE(notice.next_told()) << "once";
  EXPECT_FALSE(notice.deadline());
}

TEST(FirstNotice, StillWaitsForTheCallWhenTheNextIsTold) {
  FirstNotice notice;
  EXPECT_TRUE(notice.waits(Awaits::call, at(5s), at(5s)));
  EXPECT_FALSE(notice.next_told());
  EXPECT_EQ(notice.deadline(), at(8s));
}

TEST(FirstNotice, WaitsForNothingAfterTheLineHasDropped) {
  FirstNotice notice;
  EXPECT_TRUE(notice.waits(Awaits::call, at(5s), at(5s)));
  EXPECT_FALSE(notice.waits(Awaits::nothing, at(6s), at(6s)));
  EXPECT_FALSE(notice.time_passed(at(1h)));
}

TEST(FirstNotice, TellsOnlyAChangeOfWhatItsProcessIsToDo) {
  FirstNotice notice;
  EXPECT_FALSE(notice.prepare(false));
  EXPECT_TRUE(notice.prepare(true));
  EXPECT_FALSE(notice.prepare(true));
  EXPECT_TRUE(notice.prepare(false));
}
