// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/return_watch.hpp"

#include <gtest/gtest.h>

using namespace ghost;
using namespace ghost::core;
using namespace std::chrono_literals;

namespace {

constexpr Time kUp = Time{} + 1000s;

// Asks at each of its times until `age`; packets: what the far end has sent by a time.
bool good_at(Duration age, std::uint32_t (*packets)(Duration)) {
  ReturnWatch watch(kUp);
  while (watch.deadline() && *watch.deadline() <= kUp + age) {
    const auto now = *watch.deadline();
    EXPECT_TRUE(watch.ask(now));
    EXPECT_FALSE(watch.ask(now)) << "twice";
    watch.answer(now, packets(now - kUp));
  }
  return watch.good();
}

}  // namespace

TEST(ReturnWatch, AFarEndThatGoesOnSendingIsGoodAfterAMinute) {
  const auto steadily = [](Duration age) { return static_cast<std::uint32_t>(age / 1s); };
  EXPECT_FALSE(good_at(59s, steadily));
  EXPECT_TRUE(good_at(60s, steadily));
}

// As a provider whose line died 5 s after each call had come up: the calls lasted 92 s.
TEST(ReturnWatch, ADeadLineIsNeverGoodHoweverLongItLasts) {
  EXPECT_FALSE(good_at(24h, [](Duration) { return 20U; }));
}

TEST(ReturnWatch, WhatComesLateCounts) {
  const auto late = [](Duration age) { return age < 100s ? 3U : 4U; };
  EXPECT_FALSE(good_at(119s, late));
  EXPECT_TRUE(good_at(120s, late));
}

TEST(ReturnWatch, TheCountMayWrap) {
  EXPECT_TRUE(good_at(60s, [](Duration age) { return age < 60s ? 4'294'967'295U : 2U; }));
}

TEST(ReturnWatch, AsksSeldom) {
  ReturnWatch watch(kUp);
  int asked = 0;
  for (Time now = kUp; now < kUp + 24h; now += 1s) asked += watch.ask(now);
  EXPECT_EQ(asked, 12);
}

TEST(ReturnWatch, AKernelThatDoesNotSayProvesNothing) {
  ReturnWatch watch(kUp);
  for (const auto age : {30s, 60s, 120s}) watch.answer(kUp + age, std::nullopt);
  EXPECT_FALSE(watch.good());
}
