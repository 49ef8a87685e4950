// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of link.hpp, link_machine.hpp and appearance_machine.hpp, over many lives that nobody wrote down. A failure names its seed, and what led to it.
#include <gtest/gtest.h>

#include "world.hpp"

using namespace ghost::test;

TEST(RandomRun, EveryLifeKeepsThePromises) {
  Seen seen;
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    const auto broken = World(seed, seen).live(300);
    ASSERT_FALSE(broken) << "seed " << seed << ": " << *broken;
  }
  for (const auto* what : {"calls",
                           "handovers",
                           "handed over",
                           "reinjected",
                           "refused",
                           "admitted",
                           "idle asked",
                           "adopted",
                           "silent supervisor given up",
                           "settled by force",
                           "notices",
                           "vanish notices",
                           "echoes",
                           "appearances",
                           "vanishings",
                           "restarts",
                           "restarts with a call",
                           "restarts while dialing",
                           "told before it was on disk",
                           "hung up in order",
                           "hung up behind a good-bye",
                           "questions",
                           "asked",
                           "asked in vain",
                           "places given up",
                           "places given up behind a good-bye",
                           "taken away",
                           "taken away behind a good-bye",
                           "routes that stay",
                           "due",
                           "not due",
                           "bars that ended by themselves",
                           "asked what came back",
                           "calls at once, because a person asks",
                           "calls by the next way",
                           "steps against a wedged modem",
                           "silent steps given up",
                           "restarts while a step runs",
                           "ways that went out",
                           "ways that came back",
                           "blocks that a reload has lifted"})
    EXPECT_GE(seen[what], 20u) << "\"" << what << "\" was hardly put to the test";
}
