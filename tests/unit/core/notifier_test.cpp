// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/notifier.hpp"

#include <gtest/gtest.h>

#include "core/receiver.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace std::chrono_literals;

namespace {

constexpr bool kPresent = true, kGone = false;

Clocks at(Duration t) { return {Time{} + t, WallTime{} + 24h + t}; }

AnnounceConfig config(std::string url = "https://example.net/") {
  AnnounceConfig out;
  out.name = "web";
  out.url = std::move(url);
  out.retry = 10s;
  out.attempts = 3;
  return out;
}

Notice notice(NoticeKind kind = NoticeKind::appear) {
  Notice out;
  out.kind = kind;
  out.addresses = {*IpAddress::parse("192.0.2.7")};
  return out;
}

NoticeAnswered answer(NoticeResult result) { return {.id = 1, .result = result, .detail = "said so", .text = {}}; }

// Told of an appearance; the attempt on its way is number 1.
Notifier sending(AnnounceConfig announce = config(), Notice what = notice()) {
  Notifier out(std::move(announce));
  out.doubt();
  (void)out.tell(std::move(what), 1);
  return out;
}

}  // namespace

TEST(Notifier, IsQuietUntilItIsTold) {
  Notifier notifier(config());
  EXPECT_TRUE(notifier.quiet());
  EXPECT_FALSE(notifier.maybe_told());
  EXPECT_FALSE(notifier.status());
  EXPECT_FALSE(notifier.abandon(NoticeResult::LinkGone, at(0s).wall));
  EXPECT_FALSE(notifier.status()) << "nothing was abandoned";
}

TEST(Notifier, SendsOneNoticeAndIsQuietWithTheAnswer) {
  Notifier notifier(config());
  notifier.doubt();
  EXPECT_EQ(notifier.tell(notice(), 1), (SendNotice{1, config(), notice()}));
  EXPECT_EQ(notifier.on_its_way(), 1u);
  EXPECT_TRUE(notifier.telling(NoticeKind::appear));
  EXPECT_FALSE(notifier.telling(NoticeKind::vanish));
  EXPECT_EQ(notifier.deadline(), std::nullopt);
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::Ok), kPresent, at(5s)));
  EXPECT_TRUE(notifier.quiet());
  EXPECT_EQ(notifier.status(), (NoticeStatus{"web", NoticeResult::Ok, "said so", at(5s).wall, 1}));
  EXPECT_TRUE(notifier.belief().knows(notice().addresses));
}

TEST(Notifier, TriesAgainInLongerAndLongerPausesAndThenNoMore) {
  auto notifier = sending();
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Unreachable), kPresent, at(0s)));
  EXPECT_EQ(notifier.deadline(), at(10s).now);
  EXPECT_EQ(notifier.on_its_way(), std::nullopt);
  EXPECT_FALSE(notifier.quiet());
  EXPECT_EQ(notifier.status()->result, std::nullopt);
  EXPECT_EQ(notifier.again(2), (SendNotice{2, config(), notice()}));
  EXPECT_EQ(notifier.deadline(), std::nullopt);
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Unreachable), kPresent, at(20s)));
  EXPECT_EQ(notifier.deadline(), at(40s).now);
  EXPECT_EQ(notifier.again(3).id, 3u);
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::Unreachable), kPresent, at(50s)));
  EXPECT_TRUE(notifier.quiet());
  EXPECT_EQ(notifier.status()->result, NoticeResult::Unreachable);
  EXPECT_EQ(notifier.status()->attempts, 3u);
}

TEST(Notifier, ThePauseIsFiveMinutesAtMostOrItsOwn) {
  for (const auto retry : {200s, 400s}) {
    auto slow = config();
    slow.retry = retry;
    auto notifier = sending(slow);
    (void)notifier.answered(answer(NoticeResult::Later), kPresent, at(0s));
    EXPECT_EQ(notifier.deadline(), at(retry).now);
    (void)notifier.again(2);
    (void)notifier.answered(answer(NoticeResult::Later), kPresent, at(1000s));
    EXPECT_EQ(notifier.deadline(), at(1000s + std::max<Duration>(retry, 300s)).now);
  }
}

TEST(Notifier, DoesNotTryAgainWhatCannotGoBetter) {
  auto notifier = sending();
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::Refused), kPresent, at(0s)));
  EXPECT_TRUE(notifier.quiet());
}

namespace {

NoticeAnswered by_clock(NoticeResult result = NoticeResult::TlsFailed) {
  auto out = answer(result);
  out.clock = true;
  return out;
}

}  // namespace

// The clock is set between a failed attempt and the word of systemd-timedated, by which it is set already.
TEST(Notifier, AClockThatIsSetMeanwhileIsTriedAgainAtOnce) {
  auto notifier = sending();
  notifier.clock_set(at(2s).now, 24h * 9000);
  auto failed = by_clock();
  failed.clock_is_set = true;
  EXPECT_FALSE(notifier.answered(failed, kPresent, at(3s)));
  EXPECT_EQ(notifier.deadline(), at(3s).now);
  std::ignore = notifier.again(3);
  EXPECT_TRUE(notifier.answered(failed, kPresent, at(4s))) << "the certificate is over";

  auto set_long_ago = sending();
  EXPECT_TRUE(set_long_ago.answered(failed, kPresent, at(3s)));
}

// The machine began in 2001, and its clock is set 20 s later.
TEST(Notifier, WaitsForTheClockAndGoesOnWhenItIsSet) {
  auto notifier = sending();
  EXPECT_FALSE(notifier.answered(by_clock(), kPresent, at(1s)));
  EXPECT_EQ(notifier.deadline(), at(1s + 10min).now);
  EXPECT_EQ(notifier.status()->result, std::nullopt) << "not final";
  notifier.clock_set(at(20s).now, 24h * 9000);
  EXPECT_EQ(notifier.deadline(), at(20s).now);
  const auto again = notifier.again(1);
  EXPECT_EQ(again.notice.until, notice().until + 24h * 9000) << "its times are true now";
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::Ok), kPresent, at(21s)));
  EXPECT_EQ(notifier.status()->result, NoticeResult::Ok);
  EXPECT_EQ(notifier.status()->attempts, 2u);
}

// Whatever fails then has all attempts of Attempts=.
TEST(Notifier, AWaitForTheClockTakesNoAttempt) {
  auto notifier = sending();
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(notifier.answered(by_clock(NoticeResult::AuthFailed), kPresent, at(1s)));
    (void)notifier.again(1);
  }
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Later), kPresent, at(2s)));
  EXPECT_EQ(notifier.deadline(), at(12s).now);
  (void)notifier.again(1);
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Later), kPresent, at(12s)));
  (void)notifier.again(1);
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::Later), kPresent, at(32s)));
}

// A machine without NTP never learns the time.
TEST(Notifier, AWaitForTheClockHasAnEnd) {
  auto notifier = sending();
  EXPECT_FALSE(notifier.answered(by_clock(), kPresent, at(1s)));
  notifier.clock_set(at(5min).now, 1s);  // to another wrong time
  (void)notifier.again(1);
  EXPECT_FALSE(notifier.answered(by_clock(), kPresent, at(5min)));
  EXPECT_EQ(notifier.deadline(), at(1s + 10min).now) << "since the first failure";
  (void)notifier.again(1);
  EXPECT_TRUE(notifier.answered(by_clock(), kPresent, at(1s + 10min)));
  EXPECT_EQ(notifier.status()->result, NoticeResult::TlsFailed);
  // The next notice may wait anew.
  notifier.doubt();
  (void)notifier.tell(notice(), 1);
  EXPECT_FALSE(notifier.answered(by_clock(), kPresent, at(20min)));
}

TEST(Notifier, AClockThatIsSetHurriesNothingElse) {
  auto notifier = sending();
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Later), kPresent, at(0s)));
  notifier.clock_set(at(1s).now, 1h);
  EXPECT_EQ(notifier.deadline(), at(10s).now);
  auto gone = sending();
  EXPECT_TRUE(gone.answered(by_clock(), kGone, at(0s))) << "the link is gone";
}

TEST(Notifier, WithoutTheLinkOnlyAFileIsTriedAgain) {
  auto web = sending();
  EXPECT_TRUE(web.answered(answer(NoticeResult::Unreachable), kGone, at(0s)));
  auto file = sending(config("file:///srv/notice.json"));
  EXPECT_FALSE(file.answered(answer(NoticeResult::Unreachable), kGone, at(0s)));
  auto farewell = sending(config("file:///srv/notice.json"), notice(NoticeKind::vanish));
  EXPECT_TRUE(farewell.answered(answer(NoticeResult::Unreachable), kGone, at(0s))) << "a good-bye is said once";
}

TEST(Notifier, WhatIsAbandonedOnItsWayMayHaveBeenHeard) {
  auto notifier = sending();
  EXPECT_EQ(notifier.abandon(NoticeResult::LinkGone, at(3s).wall), Abandon{1});
  EXPECT_TRUE(notifier.quiet());
  EXPECT_EQ(notifier.status()->result, NoticeResult::LinkGone);
  EXPECT_EQ(notifier.status()->at, at(3s).wall);
  EXPECT_TRUE(notifier.belief().told() && notifier.belief().told()->addresses.empty());
}

TEST(Notifier, WhatIsAbandonedBetweenAttemptsHasNobodyToForget) {
  auto notifier = sending();
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::Later), kPresent, at(0s)));
  EXPECT_EQ(notifier.abandon(NoticeResult::LinkGone, at(3s).wall), std::nullopt);
  EXPECT_TRUE(notifier.quiet());
  EXPECT_EQ(notifier.status()->at, at(0s).wall) << "when its last attempt was answered";
  EXPECT_FALSE(notifier.belief().told()) << "it was put off, so it heard nothing";
}

TEST(Notifier, WhatIsReplacedOnItsWayMayHaveBeenHeard) {
  Notifier notifier(config(), Told{notice().addresses, receiver(config())});
  notifier.doubt();
  (void)notifier.tell(notice(), 1);
  notifier.doubt();
  (void)notifier.tell(notice(NoticeKind::vanish), 2);
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::NoSuchHost), kGone, at(0s)));
  EXPECT_TRUE(notifier.belief().told()->addresses.empty());
}

TEST(Notifier, WhatIsReplacedBetweenAttemptsWasNotHeard) {
  Notifier notifier(config(), Told{notice().addresses, receiver(config())});
  notifier.doubt();
  (void)notifier.tell(notice(), 1);
  EXPECT_FALSE(notifier.answered(answer(NoticeResult::NoSuchHost), kPresent, at(0s)));
  notifier.doubt();
  (void)notifier.tell(notice(), 2);
  EXPECT_TRUE(notifier.answered(answer(NoticeResult::NoSuchHost), kGone, at(1s)));
  EXPECT_TRUE(notifier.belief().knows(notice().addresses));
}

TEST(Notifier, AnotherReceiverKnowsNothing) {
  Notifier notifier(config(), Told{notice().addresses, receiver(config())});
  auto same = config();
  same.attempts = 9;
  EXPECT_FALSE(notifier.configure(same));
  EXPECT_TRUE(notifier.belief().knows(notice().addresses));
  EXPECT_TRUE(notifier.configure(config("https://example.org/")));
  EXPECT_FALSE(notifier.maybe_told());
}

TEST(Notifier, AnotherAppearanceBeginsWithoutAStatus) {
  auto notifier = sending();
  (void)notifier.answered(answer(NoticeResult::Ok), kPresent, at(0s));
  notifier.begin();
  EXPECT_FALSE(notifier.status());
  EXPECT_TRUE(notifier.maybe_told()) << "what its receiver knows stays";
}
