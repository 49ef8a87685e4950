// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/reason.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace ghost::core;
using enum CallEnd;

namespace {

// The public names, written out: a script that compares them must go on working.
const std::vector<std::pair<CallEnd, std::string>> kPublic{
    {HungUp, "HungUp"},
    {Busy, "Busy"},
    {NoCarrier, "NoCarrier"},
    {NoDialtone, "NoDialtone"},
    {NoAnswer, "NoAnswer"},
    {ConnectFailed, "ConnectFailed"},
    {AuthFailed, "AuthFailed"},
    {NegotiationFailed, "NegotiationFailed"},
    {PeerDead, "PeerDead"},
    {PeerHungUp, "PeerHungUp"},
    {CarrierLost, "CarrierLost"},
    {DeviceMissing, "DeviceMissing"},
    {ConfigError, "ConfigError"},
    {TimedOut, "TimedOut"},
    {Killed, "Killed"},
    {Crashed, "Crashed"},
    {SupervisorLost, "SupervisorLost"},
    {AddressConflict, "AddressConflict"},
    {SimRefused, "SimRefused"},
    {NotRegistered, "NotRegistered"},
    {Failed, "Failed"},
};

}  // namespace

TEST(Reason, NamesGoThereAndBack) {
  for (const auto& [value, name] : kPublic) {
    EXPECT_EQ(to_string(value), name);
    EXPECT_EQ(call_end_from_string(name), value) << name;
  }
}

// A reason that is added to the enum needs a name: "Failed" is nobody's but Failed's.
TEST(Reason, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Failed); ++i) names.insert(to_string(static_cast<CallEnd>(i)));
  EXPECT_EQ(names.size(), kPublic.size());
  EXPECT_EQ(static_cast<std::size_t>(Failed) + 1, kPublic.size());
}

TEST(Reason, UnknownNamesAreNoReason) {
  for (const auto* bad : {"", "busy", "BUSY", "Busy ", "HungUp\n", "18"}) EXPECT_FALSE(call_end_from_string(bad)) << bad;
}

TEST(Reason, StagesGoThereAndBack) {
  for (int i = 0; i <= static_cast<int>(CallStage::running); ++i) {
    const auto stage = static_cast<CallStage>(i);
    EXPECT_EQ(call_stage_from_string(to_string(stage)), stage) << to_string(stage);
  }
  EXPECT_FALSE(call_stage_from_string("Authenticating"));
}
