// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failure_policy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

using namespace ghost::core;
using enum CallEnd;

namespace {

// The whole table, written out again.
const std::vector<std::pair<CallEnd, Remedy>> kTable{
    {HungUp, Remedy::none},         {Busy, Remedy::time},
    {NoCarrier, Remedy::time},      {NoDialtone, Remedy::time},
    {NoAnswer, Remedy::time},       {ConnectFailed, Remedy::time},
    {AuthFailed, Remedy::tries},    {NegotiationFailed, Remedy::time},
    {PeerDead, Remedy::time},       {PeerHungUp, Remedy::time},
    {CarrierLost, Remedy::time},    {DeviceMissing, Remedy::device},
    {ConfigError, Remedy::file},    {TimedOut, Remedy::time},
    {Killed, Remedy::time},         {Crashed, Remedy::time},
    {SupervisorLost, Remedy::time}, {AddressConflict, Remedy::time},
    {SimRefused, Remedy::person},   {NotRegistered, Remedy::time},
    {Failed, Remedy::time},
};

}  // namespace

TEST(FailurePolicy, SaysWhatHealsEachReason) {
  ASSERT_EQ(failure_policies().size(), kTable.size());
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    EXPECT_EQ(failure_policies()[i].end, kTable[i].first);
    EXPECT_EQ(failure_policies()[i].remedy, kTable[i].second) << to_string(kTable[i].first);
    EXPECT_EQ(remedy_of(kTable[i].first, CallStage::unknown, false), kTable[i].second) << to_string(kTable[i].first);
    EXPECT_FALSE(failure_policies()[i].meaning.empty());
  }
}

TEST(FailurePolicy, HasWordsForEachRemedy) {
  for (std::size_t i = 0; i < kRemedies; ++i) {
    EXPECT_FALSE(to_string(static_cast<Remedy>(i)).empty());
    EXPECT_FALSE(what_ghostd_does(static_cast<Remedy>(i)).empty());
  }
}

// Some providers end the call without a word when they do not know the name.
TEST(FailurePolicy, AnEndWhileAuthenticatingIsARefusalUntilTheFarEndHasAcceptedUs) {
  for (const auto end : {NegotiationFailed, PeerHungUp, NoCarrier, TimedOut}) {
    EXPECT_EQ(remedy_of(end, CallStage::authenticating, false), Remedy::tries) << to_string(end);
    EXPECT_EQ(remedy_of(end, CallStage::authenticating, true), Remedy::time) << to_string(end);
    EXPECT_EQ(remedy_of(end, CallStage::negotiating, false), Remedy::time) << to_string(end);
  }
  EXPECT_EQ(remedy_of(AuthFailed, CallStage::authenticating, true), Remedy::tries);
  EXPECT_EQ(remedy_of(DeviceMissing, CallStage::authenticating, false), Remedy::device);
}

TEST(FailurePolicy, ARefusalAfterItAcceptedUsInTheSameCallIsHealedByTime) {
  EXPECT_EQ(remedy_of(AuthFailed, CallStage::running, true), Remedy::time);
  EXPECT_EQ(remedy_of(AuthFailed, CallStage::addressing, true), Remedy::time);
}
