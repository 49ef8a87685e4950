// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/disk_gate.hpp"

#include <gmock/gmock.h>

using namespace ghost::core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr Time at(Duration t) { return Time{} + t; }

Tell notice(std::uint64_t id) {
  AnnounceConfig mail;
  mail.name = "mail";
  return {{id, mail, {}}, {}};
}

}  // namespace

TEST(DiskGate, IsOpenWhileNothingIsToBeSaved) {
  DiskGate gate;
  EXPECT_EQ(gate.pass(notice(1), at(0s)), notice(1));
  EXPECT_FALSE(gate.holds());
  EXPECT_FALSE(gate.deadline());
}

TEST(DiskGate, HoldsANoticeUntilTheNewestGenerationIsWritten) {
  DiskGate gate;
  const auto first = gate.save();
  const auto second = gate.save();
  EXPECT_LT(first.generation, second.generation);
  EXPECT_EQ(gate.pass(notice(1), at(0s)), std::nullopt);
  EXPECT_EQ(gate.pass(notice(2), at(1s)), std::nullopt);
  EXPECT_TRUE(gate.holds());
  EXPECT_THAT(gate.written({first.generation}), IsEmpty());
  EXPECT_THAT(gate.written({second.generation}), ElementsAre(notice(1), notice(2)));
  EXPECT_FALSE(gate.holds());
  EXPECT_EQ(gate.pass(notice(3), at(1s)), notice(3));
}

TEST(DiskGate, IsNotClosedByAnOlderGeneration) {
  DiskGate gate;
  const auto first = gate.save();
  const auto second = gate.save();
  (void)gate.written({second.generation});
  (void)gate.written({first.generation});
  EXPECT_EQ(gate.pass(notice(1), at(0s)), notice(1));
}

TEST(DiskGate, HoldsEachNoticeForTwoSecondsAtMost) {
  DiskGate gate;
  (void)gate.save();
  (void)gate.pass(notice(1), at(0s));
  (void)gate.pass(notice(2), at(1500ms));
  EXPECT_EQ(gate.deadline(), at(2s));
  EXPECT_THAT(gate.time_passed(at(2s) - 1us), IsEmpty());
  EXPECT_THAT(gate.time_passed(at(2s)), ElementsAre(notice(1)));
  EXPECT_EQ(gate.deadline(), at(3500ms));
  EXPECT_THAT(gate.time_passed(at(1h)), ElementsAre(notice(2)));
  EXPECT_FALSE(gate.deadline());
  EXPECT_EQ(gate.pass(notice(3), at(1h)), std::nullopt) << "the disk still hangs";
}

TEST(DiskGate, ForgetsANoticeThatIsGivenUp) {
  DiskGate gate;
  const auto save = gate.save();
  (void)gate.pass(notice(1), at(0s));
  (void)gate.pass(notice(2), at(0s));
  EXPECT_TRUE(gate.withdraw(1));
  EXPECT_THAT(gate.written({save.generation}), ElementsAre(notice(2)));
  EXPECT_FALSE(gate.withdraw(2)) << "it has left";
}
