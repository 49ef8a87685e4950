// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of schedule.hpp over weeks that nobody wrote down. A failure names its seed, and what led to it.
#include <gtest/gtest.h>

#include "week.hpp"

using namespace ghost::test;

TEST(Week, EveryPromiseIsKeptAndNoneTwice) {
  Week::Seen seen;
  for (unsigned seed = 1; seed <= 5000; ++seed) {
    const auto broken = Week(seed, seen).live();
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
  }
  for (const auto* what : {"the timer's time",
                           "promised for now",
                           "promised for earlier",
                           "the last one was cut short",
                           "promised for later",
                           "under way",
                           "outside the window",
                           "nothing was promised",
                           "kept",
                           "alive",
                           "over for today",
                           "boots",
                           "put back",
                           "put forward",
                           "killed",
                           "no connection",
                           "an elapse swallowed",
                           "the timer's, made up for",
                           "kept by itself",
                           "the next one known later"})
    EXPECT_GE(seen[what], 100U) << "\"" << what << "\" was hardly put to the test";
}
