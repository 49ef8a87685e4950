// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/belief.hpp"

#include <gtest/gtest.h>

using namespace ghost;
using namespace ghost::core;

namespace {

using Addresses = std::vector<IpAddress>;
const Addresses kOld{*IpAddress::parse("192.0.2.1")}, kNew{*IpAddress::parse("192.0.2.2")};
constexpr std::uint64_t kReceiver = 7;

Notice appear(Addresses addresses = kNew) {
  Notice out;
  out.addresses = std::move(addresses);
  return out;
}
Notice vanish() {
  auto out = appear();
  out.kind = NoticeKind::vanish;
  return out;
}

// Told kOld by an earlier notice, and now something else.
Belief doubted() {
  Belief belief(Told{kOld, kReceiver});
  belief.doubt();
  return belief;
}

void ends(Belief& belief, NoticeResult result, const Notice& notice) {
  belief.answered(result);
  belief.settle(result, notice, kReceiver);
}

}  // namespace

TEST(Belief, IsWhatTheReceiverConfirmed) {
  Belief belief;
  EXPECT_FALSE(belief.told());
  belief.doubt();
  ends(belief, NoticeResult::Ok, appear());
  EXPECT_TRUE(belief.knows(kNew));
  EXPECT_EQ(belief.told(), (Told{kNew, kReceiver}));
}

TEST(Belief, IsUnknownWhileANoticeIsOnItsWay) {
  const auto belief = doubted();
  EXPECT_FALSE(belief.knows(kOld));
  EXPECT_EQ(belief.told(), (Told{{}, kReceiver})) << "it was told something, and a crash now must not forget that";
}

TEST(Belief, ComesBackIfTheReceiverHasCertainlyNotHeard) {
  for (const auto result :
       {NoticeResult::BadConfig, NoticeResult::NoSuchHost, NoticeResult::TlsFailed, NoticeResult::AuthFailed}) {
    auto belief = doubted();
    ends(belief, result, appear());
    EXPECT_TRUE(belief.knows(kOld)) << to_string(result);
  }
}

TEST(Belief, OfAReceiverThatRefusedIsUnknown) {
  for (const auto result : {NoticeResult::Refused, NoticeResult::Later}) {
    auto belief = doubted();
    ends(belief, result, appear());
    EXPECT_EQ(belief.told(), (Told{{}, kReceiver})) << to_string(result) << ": a gateway may have passed it on";
  }
}

TEST(Belief, OfAReceiverThatMayHaveHeardIsUnknown) {
  for (const auto result : {NoticeResult::Unreachable, NoticeResult::TimedOut, NoticeResult::TooLarge, NoticeResult::Crashed,
                            NoticeResult::LinkGone}) {
    Belief belief;
    belief.doubt();
    ends(belief, result, appear());
    EXPECT_EQ(belief.told(), (Told{{}, kReceiver})) << to_string(result);
  }
}

TEST(Belief, OneAttemptThatMayHaveArrivedOutweighsThoseThatDidNot) {
  Belief belief;
  belief.doubt();
  belief.answered(NoticeResult::TimedOut);
  ends(belief, NoticeResult::NoSuchHost, appear());
  EXPECT_EQ(belief.told(), (Told{{}, kReceiver}));
}

TEST(Belief, AReplacedNoticeThatMayHaveBeenHeardCounts) {
  auto belief = doubted();
  belief.may_have_heard();
  ends(belief, NoticeResult::NoSuchHost, appear());
  EXPECT_EQ(belief.told(), (Told{{}, kReceiver}));
}

TEST(Belief, EndsWithAConfirmedGoodBye) {
  auto belief = doubted();
  ends(belief, NoticeResult::Ok, vanish());
  EXPECT_FALSE(belief.told());
}

TEST(Belief, AGoodByeWithoutAnAnswerLeavesItUnknown) {
  auto belief = doubted();
  ends(belief, NoticeResult::TimedOut, vanish());
  EXPECT_EQ(belief.told(), (Told{{}, kReceiver}));
}

TEST(Belief, OfAnotherReceiverIsNone) {
  auto belief = doubted();
  belief.forget();
  ends(belief, NoticeResult::NoSuchHost, appear());
  EXPECT_FALSE(belief.told());
}
