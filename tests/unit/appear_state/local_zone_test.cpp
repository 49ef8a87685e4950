// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/local_zone.hpp"

#include <gtest/gtest.h>

#include "local_zone.hpp"

using namespace ghost;
using namespace ghost::test;
using namespace std::chrono_literals;

TEST(LocalZone, FollowsTheClocksChangesAndTheMachines) {
  const auto zone = appear_state::local_zone();
  {
    const Place berlin("Europe/Berlin");
    EXPECT_EQ(zone(utc("2026-03-29 00:59:59")), 1h);
    EXPECT_EQ(zone(utc("2026-03-29 01:00:00")), 2h);
    EXPECT_EQ(zone(utc("2026-10-25 00:59:59")), 2h);
    EXPECT_EQ(zone(utc("2026-10-25 01:00:00")), 1h);
    EXPECT_EQ(zone(utc("2026-10-25 01:00:00") - 1us), 2h);
    setenv("TZ", "Asia/Kolkata", 1);  // without a word to the C library
    EXPECT_EQ(zone(utc("2026-10-25 01:00:00")), 5h + 30min);
  }
  const Place utc_zone("UTC0");
  EXPECT_EQ(zone(utc("1969-12-31 23:59:59")), 0h);
}
