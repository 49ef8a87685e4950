// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/pace.hpp"

#include <gtest/gtest.h>

using namespace ghost;
using namespace ghost::supervisor;
using namespace std::chrono_literals;

namespace {

core::Time at(core::Duration d) { return core::Time{} + 1h + d; }
using Said = std::optional<std::size_t>;

}  // namespace

TEST(Pace, AFewAtOnceThenOnePerInterval) {
  Pace pace(3, 10s);
  EXPECT_EQ(pace.admit(at(0s)), Said(0));
  EXPECT_EQ(pace.admit(at(0s)), Said(0));
  EXPECT_EQ(pace.admit(at(1s)), Said(0));
  EXPECT_EQ(pace.admit(at(2s)), std::nullopt);
  EXPECT_EQ(pace.admit(at(9s)), std::nullopt);
  EXPECT_EQ(pace.admit(at(10s)), Said(2));
  EXPECT_EQ(pace.admit(at(11s)), std::nullopt);
  EXPECT_EQ(pace.admit(at(20s)), Said(1));
}

TEST(Pace, AfterAPauseAsManyAsAtFirstAndNoMore) {
  Pace pace(2, 10s);
  for (int i = 0; i < 5; ++i) (void)pace.admit(at(0s));
  EXPECT_EQ(pace.admit(at(1h)), Said(3));
  EXPECT_EQ(pace.admit(at(1h)), Said(0));
  EXPECT_EQ(pace.admit(at(1h)), std::nullopt);
}

TEST(Pace, AFloodIsFewLines) {
  Pace pace(20, 10s);
  std::size_t lines = 0;
  for (int i = 0; i < 26'622; ++i) lines += pace.admit(at(i * 15s / 26'622)) ? 1 : 0;
  EXPECT_EQ(lines, 21u);
}
