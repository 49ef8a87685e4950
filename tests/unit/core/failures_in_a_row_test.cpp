// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failures_in_a_row.hpp"

#include <gtest/gtest.h>

using namespace ghost::core;
using enum CallEnd;

namespace {

constexpr CallConfig kCall{.redial_delay = 8s, .redial_delay_max = 2h, .refused_attempts = 3, .refused_delay = 5min};
using Sequel = FailuresInARow::Sequel;

Sequel waits(Duration pause, CallEnd end) { return {pause, end}; }
Sequel blocks(CallEnd reason) { return {std::nullopt, reason}; }
// Only a person can help the way.
Sequel is_out(std::optional<Duration> pause, CallEnd reason) { return {pause, reason, true}; }

// A link with one way.
struct Row {
  FailuresInARow row;
  Acceptance far_end{};
  Sequel add(CallEnd end, CallStage stage = CallStage::unknown, const CallConfig& call = kCall) {
    return row.add(call, end, stage, {far_end});
  }
  Sequel add_drop(CallEnd end, bool good, Duration carried = 1h) {
    return row.add_drop(kCall, end, CallStage::running, {far_end}, good, carried);
  }
};

}  // namespace

TEST(FailuresInARow, WhatTimeHealsWaitsHalfAsLongAgainEachTime) {
  Row row;
  for (const auto pause : {8s, 12s, 18s, 27s}) EXPECT_EQ(row.add(Busy), waits(pause, Busy));
  EXPECT_EQ(row.row.count(), 4U);
  row.row.end();
  EXPECT_EQ(row.row.count(), 0U);
  EXPECT_EQ(row.add(NoCarrier), waits(8s, NoCarrier));
}

TEST(FailuresInARow, ARefusalGetsAFewSpacedTries) {
  Row row;
  EXPECT_EQ(row.add(AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(row.add(AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(row.add(AuthFailed), is_out({}, AuthFailed));
}

TEST(FailuresInARow, OneTryBlocksAtOnce) {
  Row row;
  auto call = kCall;
  call.refused_attempts = 1;
  EXPECT_EQ(row.add(AuthFailed, CallStage::authenticating, call), is_out({}, AuthFailed));
}

TEST(FailuresInARow, OnlyASuccessForgetsRefusals) {
  Row row;
  (void)row.add(AuthFailed);
  row.row.end();  // a person has hung up meanwhile
  EXPECT_EQ(row.add(Busy), waits(8s, Busy));
  EXPECT_EQ(row.add(AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(row.far_end, (Acceptance{false, 2}));
  row.far_end.accept();
  EXPECT_EQ(row.far_end, (Acceptance{true, 0}));
  EXPECT_EQ(row.add(AuthFailed), waits(5min, AuthFailed));
  // It got past authentication, and failed later.
  EXPECT_EQ(row.add(NegotiationFailed, CallStage::addressing), waits(12s, NegotiationFailed));
  EXPECT_EQ(row.far_end, (Acceptance{true, 0}));
}

TEST(FailuresInARow, RefusalsOutliveGhostd) {
  Row row{{}, {false, 2}};
  EXPECT_EQ(row.add(AuthFailed), is_out({}, AuthFailed));
}

TEST(FailuresInARow, EndsWhileAuthenticatingBlockAsRefusals) {
  Row row;
  EXPECT_EQ(row.add(NegotiationFailed, CallStage::authenticating), waits(5min, NegotiationFailed));
  EXPECT_EQ(row.add(NegotiationFailed, CallStage::authenticating), waits(5min, NegotiationFailed));
  EXPECT_EQ(row.add(NegotiationFailed, CallStage::authenticating), is_out({}, AuthFailed));
  Row known{{}, {.ever = true, .refused = 0}};
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(known.add(NegotiationFailed, CallStage::authenticating).pause) << i;
}

TEST(FailuresInARow, AMissingDeviceIsLookedForAtShortIntervalsAndNeverBlocks) {
  Row row;
  auto call = kCall;
  call.redial_attempts = 2;
  (void)row.add(Busy, CallStage::connecting, call);
  for (const auto pause : {8s, 12s, 18s, 27s, 30s}) EXPECT_EQ(row.add(DeviceMissing, {}, call), waits(pause, DeviceMissing));
  EXPECT_EQ(row.row.count(), 6U);
  EXPECT_EQ(row.add(Busy, CallStage::connecting, call), blocks(Busy)) << "the second that is not the device's";
}

TEST(FailuresInARow, FilesAndPersonsBlockAtOnce) {
  Row row;
  EXPECT_EQ(row.add(ConfigError), is_out({}, ConfigError));
  EXPECT_EQ(row.add(SimRefused), blocks(SimRefused));
}

TEST(FailuresInARow, ADropOfAGoodCallEndsTheRow) {
  Row row;
  for (int i = 0; i < 3; ++i) (void)row.add(Busy);
  EXPECT_EQ(row.add_drop(PeerDead, false), waits(27s, PeerDead)) << "its length proves nothing";
  EXPECT_EQ(row.add_drop(PeerDead, true), waits(8s, PeerDead));
  EXPECT_EQ(row.row.count(), 0U);
  EXPECT_EQ(row.add_drop(DeviceMissing, true), waits(8s, DeviceMissing));
  EXPECT_EQ(row.row.count(), 1U) << "time does not heal that";
}

TEST(FailuresInARow, NoTwoRedialInTheSameSecond) {
  Row one{FailuresInARow(Jitter(1))}, other{FailuresInARow(Jitter(2))};
  int same = 0;
  for (int i = 0; i < 30; ++i) {
    const auto a = *one.add(Busy).pause, b = *other.add(Busy).pause;
    same += a > 1min && std::chrono::abs(a - b) < 1s;
  }
  EXPECT_LE(same, 2);
}

// While the link can call by another way, the pause goes on as it does for any failure.
TEST(FailuresInARow, OnlyTheWayIsOutWhileThereIsAnother) {
  FailuresInARow row;
  Acceptance first, second;
  const auto by = [&](Acceptance& way, CallEnd end, const CallConfig& call = kCall) {
    return row.add(call, end, CallStage::unknown, {way, true});
  };
  EXPECT_EQ(by(first, AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(by(second, AuthFailed), waits(5min, AuthFailed)) << "each way has its own count";
  EXPECT_EQ(by(first, AuthFailed), waits(5min, AuthFailed));
  EXPECT_EQ(by(first, AuthFailed), is_out(5min, AuthFailed));
  EXPECT_EQ(by(second, ConfigError), is_out(8s, ConfigError));
  EXPECT_EQ(by(second, Busy), waits(12s, Busy));
  EXPECT_EQ(by(second, SimRefused), blocks(SimRefused)) << "each further try does harm";
  auto call = kCall;
  call.redial_attempts = 8;
  EXPECT_EQ(by(second, Busy, call), blocks(Busy)) << "RedialAttempts= counts the calls by all ways";
}

// As a line that is dead after 61 s each time: 500 calls per day.
TEST(FailuresInARow, GoodCallsThatDropSoonAreMadeMoreAndMoreSeldom) {
  Row row;
  for (const auto pause : {8s, 12s, 18s}) {
    row.row.proved_good();
    EXPECT_EQ(row.add_drop(PeerDead, true, 2min), waits(pause, PeerDead));
  }
  EXPECT_EQ(row.row.count(), 0U) << "none was a failure";
  EXPECT_EQ(row.add_drop(PeerDead, true, 5min), waits(8s, PeerDead));
  EXPECT_EQ(row.add_drop(PeerDead, true, 2min), waits(12s, PeerDead));
  row.row.end();
  EXPECT_EQ(row.add_drop(PeerDead, true, 2min), waits(8s, PeerDead));
}

TEST(FailuresInARow, TheDevicesReturnEndsThreePausesAfterCallsAndEachWithoutOne) {
  Row row;
  for (int i = 0; i < 10; ++i) {
    (void)row.add(DeviceMissing);
    EXPECT_TRUE(row.row.device_returned());
  }
  for (int i = 0; i < 5; ++i) {
    (void)row.add(NoCarrier);
    EXPECT_EQ(row.row.device_returned(), i < 3);
  }
  // What a later version has saved may be more.
  FailuresInARow saved({}, {.failed = 5, .timed = 5, .returns = 9, .cost_a_call = true});
  EXPECT_FALSE(saved.device_returned());
  (void)row.add(DeviceMissing);
  EXPECT_TRUE(row.row.device_returned());
}
