// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

using namespace ghost::core;

namespace {

std::vector<Duration> delays(const CallConfig& call, std::vector<unsigned> failures) {
  std::vector<Duration> out;
  for (const auto n : failures) out.push_back(redial_delay(call, n));
  return out;
}

}  // namespace

TEST(Backoff, GrowsByHalfUpToTheLongest) {
  const CallConfig call{.redial_delay = 8s, .redial_delay_max = 30s};
  EXPECT_EQ(delays(call, {0, 1, 2, 3, 4, 5, 1000}), (std::vector<Duration>{8s, 8s, 12s, 18s, 27s, 30s, 30s}));
}

TEST(Backoff, TheLongestHoldsForTheFirstToo) { EXPECT_EQ(redial_delay({.redial_delay = 10s, .redial_delay_max = 3s}, 1), 3s); }

TEST(Backoff, JitterIsAFifthAtMost) {
  Jitter jitter(7);
  Duration least = 100s, most{}, sum{};
  for (int i = 0; i < 1000; ++i) {
    const auto delay = jitter.spread(100s);
    least = std::min(least, delay);
    most = std::max(most, delay);
    sum += delay;
  }
  EXPECT_GE(least, 80s);
  EXPECT_LT(least, 82s);
  EXPECT_LE(most, 120s);
  EXPECT_GT(most, 118s);
  EXPECT_NEAR(static_cast<double>(sum / 1000 / 1ms), 100'000, 2'000);
  EXPECT_EQ(Jitter().spread(100s), 100s);
  EXPECT_NE(Jitter(1).spread(100s), Jitter(2).spread(100s)) << "two machines";
}

TEST(Backoff, NeverOverflowsAndNeverShrinks) {
  constexpr Duration ten_years = std::chrono::hours(24 * 365 * 10);
  const CallConfig call{.redial_delay = 1s, .redial_delay_max = ten_years};
  Duration last{};
  for (unsigned n = 0; n < 200; ++n) {
    const auto delay = redial_delay(call, n);
    ASSERT_GE(delay, last) << n;
    last = delay;
  }
  EXPECT_EQ(last, ten_years);
  EXPECT_EQ(redial_delay(call, std::numeric_limits<unsigned>::max()), ten_years);
}
