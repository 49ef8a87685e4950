// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failures_in_a_row.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using enum CallEnd;

namespace {

constexpr CallConfig kCall{.redial_delay = 5s, .redial_delay_max = 90min, .refused_attempts = 3, .refused_delay = 5min};
using Sequel = FailuresInARow::Sequel;

Sequel waits(Duration pause, CallEnd end) { return {pause, end}; }
Sequel blocks(CallEnd reason) { return {std::nullopt, reason}; }
Sequel add(FailuresInARow& row, CallEnd end, CallStage stage = CallStage::unknown, const CallConfig& call = kCall) {
  return row.add(call, end, stage);
}

}  // namespace

TEST(FailuresInARow, WhatTimeHealsWaitsTwiceAsLongEachTime) {
  FailuresInARow row;
  for (const auto pause : {5s, 10s, 20s, 40s, 80s}) EXPECT_EQ(add(row, Busy), waits(pause, Busy));
  EXPECT_EQ(row.count(), 5U);
  row.end();
  EXPECT_EQ(row.count(), 0U);
  EXPECT_EQ(add(row, NoCarrier), waits(5s, NoCarrier));
}

TEST(FailuresInARow, ARefusalGetsAFewSpacedTries) {
  FailuresInARow row;
  EXPECT_EQ(add(row, AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(add(row, AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(add(row, AuthFailed), blocks(AuthFailed));
}

TEST(FailuresInARow, OneTryBlocksAtOnce) {
  FailuresInARow row;
  auto call = kCall;
  call.refused_attempts = 1;
  EXPECT_EQ(add(row, AuthFailed, CallStage::authenticating, call), blocks(AuthFailed));
}

TEST(FailuresInARow, OnlyASuccessForgetsRefusals) {
  FailuresInARow row;
  (void)add(row, AuthFailed);
  row.end();  // a person has hung up meanwhile
  EXPECT_EQ(add(row, Busy), waits(5s, Busy));
  EXPECT_EQ(add(row, AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(row.acceptance(), (Acceptance{false, 2}));
  row.accepted();
  EXPECT_EQ(row.acceptance(), (Acceptance{true, 0}));
  EXPECT_EQ(add(row, AuthFailed), waits(5min, AuthFailed));
  // It got past authentication, and failed later.
  EXPECT_EQ(add(row, NegotiationFailed, CallStage::addressing), waits(10s, NegotiationFailed));
  EXPECT_EQ(row.acceptance(), (Acceptance{true, 0}));
}

TEST(FailuresInARow, RefusalsOutliveGhostd) {
  FailuresInARow row({false, 2}, {});
  EXPECT_EQ(add(row, AuthFailed), blocks(AuthFailed));
}

TEST(FailuresInARow, EndsWhileAuthenticatingBlockAsRefusals) {
  FailuresInARow row;
  EXPECT_EQ(add(row, NegotiationFailed, CallStage::authenticating), waits(5min, NegotiationFailed));
  EXPECT_EQ(add(row, NegotiationFailed, CallStage::authenticating), waits(5min, NegotiationFailed));
  EXPECT_EQ(add(row, NegotiationFailed, CallStage::authenticating), blocks(AuthFailed));
  FailuresInARow known({.ever = true, .refused = 0}, {});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(add(known, NegotiationFailed, CallStage::authenticating).pause) << i;
}

TEST(FailuresInARow, AMissingDeviceIsLookedForAtShortIntervalsAndNeverBlocks) {
  FailuresInARow row;
  auto call = kCall;
  call.redial_attempts = 2;
  (void)add(row, Busy, CallStage::connecting, call);
  for (const auto pause : {5s, 10s, 20s, 30s, 30s}) EXPECT_EQ(add(row, DeviceMissing, {}, call), waits(pause, DeviceMissing));
  EXPECT_EQ(row.count(), 6U);
  EXPECT_EQ(add(row, Busy, CallStage::connecting, call), blocks(Busy)) << "the second that is not the device's";
}

TEST(FailuresInARow, FilesAndPersonsBlockAtOnce) {
  FailuresInARow row;
  EXPECT_EQ(add(row, ConfigError), blocks(ConfigError));
  EXPECT_EQ(add(row, SimRefused), blocks(SimRefused));
}

TEST(FailuresInARow, ForgivenItStartsAgain) {
  FailuresInARow row({.ever = true, .refused = 2}, {});
  (void)add(row, Busy);
  row.forgive();
  EXPECT_EQ(row, FailuresInARow({.ever = true, .refused = 0}, {}));
}

TEST(FailuresInARow, AMendedFileGetsOneMoreTry) {
  FailuresInARow row({.ever = false, .refused = 3}, {});
  row.one_more_try(kCall);
  EXPECT_EQ(row.acceptance().refused, 2U);
  EXPECT_EQ(add(row, AuthFailed), blocks(AuthFailed));
  FailuresInARow once({.ever = false, .refused = 1}, {});
  once.one_more_try(kCall);
  EXPECT_EQ(once.acceptance().refused, 1U) << "no try is added";
}

TEST(FailuresInARow, ADropOfAGoodCallEndsTheRow) {
  FailuresInARow row;
  for (int i = 0; i < 5; ++i) (void)add(row, Busy);
  EXPECT_EQ(row.add_drop(kCall, PeerDead, CallStage::running, false), waits(160s, PeerDead)) << "its length proves nothing";
  EXPECT_EQ(row.add_drop(kCall, PeerDead, CallStage::running, true), waits(5s, PeerDead));
  EXPECT_EQ(row.count(), 0U);
  EXPECT_EQ(row.add_drop(kCall, DeviceMissing, CallStage::running, true), waits(5s, DeviceMissing));
  EXPECT_EQ(row.count(), 1U) << "time does not heal that";
}

TEST(FailuresInARow, NoTwoRedialInTheSameSecond) {
  FailuresInARow one({}, Jitter(1)), other({}, Jitter(2));
  int same = 0;
  for (int i = 0; i < 30; ++i) {
    const auto a = *add(one, Busy).pause, b = *add(other, Busy).pause;
    same += a > 1min && std::chrono::abs(a - b) < 1s;
  }
  EXPECT_LE(same, 2);
}
