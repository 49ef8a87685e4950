// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of link_machine.hpp, over many lives that nobody wrote down. A failure names its seed, and what led to it.
#include <gtest/gtest.h>

#include "world.hpp"

using namespace ghost::test;

TEST(RandomRun, EveryLifeKeepsThePromises) {
  Seen seen;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    const auto broken = World(seed, seen).live(300);
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
  }
  for (const auto* what : {"calls", "handovers", "handed over", "reinjected", "refused", "admitted", "idle asked", "adopted",
                           "silent supervisor given up", "settled by force", "farewells"})
    EXPECT_GE(seen[what], 20u) << "\"" << what << "\" was hardly put to the test";
}
