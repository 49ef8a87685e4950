// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/call_phase.hpp"
#include "../addresses.hpp"
#include "core/time.hpp"

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <random>

using namespace ghost;
using namespace ghost::ppp;
using namespace std::chrono_literals;
using core::CallEnd;
using core::Time;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

using Effects = std::vector<CallEffect>;

const Time kStart{1000s};
ExitStatus code(int value) { return {ExitStatus::Kind::Exited, value}; }

struct Rig {
  core::CallConfig config;  // 60 s, 45 s, 15 s
  Time now = kStart;
  CallPhase phase{4711, config, kStart};

  Effects lines(std::initializer_list<const char*> lines) {
    Effects all;
    for (const auto* line : lines)
      for (auto& e : phase.step(Line{line}, now)) all.push_back(std::move(e));
    return all;
  }
  Effects tick_at(Time t) {
    now = t;
    return phase.step(Tick{}, now);
  }
  Effects hangup() { return phase.step(HangupAsked{}, now); }
  Effects exit(ExitStatus status) { return phase.step(Exited{status}, now); }
};

const core::CallGone* gone_of(const Effects& effects) {
  if (effects.empty()) return nullptr;
  const auto* news = std::get_if<News>(&effects.back());
  return news == nullptr ? nullptr : std::get_if<core::CallGone>(news);
}

CallEnd reason_of(const Effects& effects) {
  const auto* gone = gone_of(effects);
  EXPECT_NE(gone, nullptr);
  return gone == nullptr ? CallEnd::SupervisorLost : gone->reason;
}

}  // namespace

TEST(CallPhase, GoesThroughItsPhasesWithADeadlineEach) {
  Rig rig;
  EXPECT_EQ(rig.phase.name(), "connecting");
  EXPECT_EQ(rig.phase.deadline(), kStart + 60s);
  rig.now += 20s;
  EXPECT_THAT(rig.lines({"Serial connection established."}), IsEmpty());
  EXPECT_EQ(rig.phase.name(), "negotiating");
  EXPECT_EQ(rig.phase.deadline(), rig.now + 45s);
  rig.now += 1s;
  EXPECT_THAT(rig.lines({"Connect: ppp-isp <--> /dev/ttyS0"}), IsEmpty());
  EXPECT_EQ(rig.phase.deadline(), rig.now + 44s);  // not lengthened
  EXPECT_THAT(rig.lines({"CHAP authentication succeeded"}), IsEmpty());
  EXPECT_EQ(rig.phase.deadline(), rig.now + 45s);
  EXPECT_THAT(rig.lines({"local  IP address 10.9.0.17", "remote IP address 10.9.0.1", "primary   DNS address 9.9.9.9"}),
              IsEmpty());
  EXPECT_EQ(rig.phase.name(), "running");
  EXPECT_EQ(rig.phase.deadline(), rig.now + kSettle);
  const News address = core::CallAddress{ip("10.9.0.17"), ip("10.9.0.1"), {ip("9.9.9.9")}};
  EXPECT_THAT(rig.tick_at(rig.now + kSettle), ElementsAre(CallEffect{address}));
  EXPECT_EQ(rig.phase.deadline(), std::nullopt);
  EXPECT_THAT(rig.phase.said(), ElementsAre(News{core::CallStarted{4711}}, address));
}

TEST(CallPhase, TheAddressIsToldAtOnceWhenTheLastPossibleLineHasCome) {
  Rig rig;
  EXPECT_THAT(rig.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17", "remote IP address 10.9.0.1",
                         "primary   DNS address 9.9.9.9", "secondary DNS address 1.1.1.1", "local  LL address fe80::1",
                         "remote LL address fe80::2", "local  IP address 10.9.0.18"}),
              ElementsAre(CallEffect{News{core::CallAddress{ip("10.9.0.17"), ip("10.9.0.1"), {ip("9.9.9.9"), ip("1.1.1.1")}}}},
                          CallEffect{News{core::CallAddress{ip("fe80::1"), ip("fe80::2"), {}}}}));
  EXPECT_EQ(rig.phase.deadline(), std::nullopt);
}

TEST(CallPhase, APeerWithoutAnAddressIsToldToo) {
  Rig rig;
  rig.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17"});
  EXPECT_THAT(rig.tick_at(rig.now + kSettle),
              ElementsAre(CallEffect{News{core::CallAddress{ip("10.9.0.17"), ip("0.0.0.0"), {}}}}));
}

// lab/appear-faults, beside a compiler: 84 ms from the first line to the second. The servers came too late, and were lost.
TEST(CallPhase, WhatABusyPppdSaysLateIsToldAfterwards) {
  Rig rig;
  const auto told = [](IpAddress remote, std::vector<IpAddress> dns) {
    return CallEffect{News{core::CallAddress{ip("10.9.0.17"), remote, std::move(dns)}}};
  };
  rig.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17"});
  rig.now += kSettle * 9 / 10;
  rig.lines({"remote IP address 10.9.0.1"});
  EXPECT_EQ(rig.phase.deadline(), rig.now + kSettle) << "each line may be followed by another";
  EXPECT_THAT(rig.tick_at(rig.now + kSettle), ElementsAre(told(ip("10.9.0.1"), {})));
  rig.now += 1s;
  EXPECT_THAT(rig.lines({"primary   DNS address 9.9.9.9"}), IsEmpty());
  EXPECT_THAT(rig.tick_at(rig.now + kSettle), ElementsAre(told(ip("10.9.0.1"), {ip("9.9.9.9")})));
  EXPECT_THAT(rig.lines({"secondary DNS address 1.1.1.1"}), ElementsAre(told(ip("10.9.0.1"), {ip("9.9.9.9"), ip("1.1.1.1")})));
  EXPECT_THAT(rig.lines({"secondary DNS address 1.1.1.2", "remote IP address 10.9.0.2"}), IsEmpty());
  EXPECT_EQ(rig.phase.said().size(), 2U) << "a restarted ghostd hears the last of it";
  Rig slow;
  slow.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17"});
  EXPECT_THAT(slow.tick_at(slow.now + kSettle), ElementsAre(told(ip("0.0.0.0"), {})));
  slow.lines({"remote IP address 10.9.0.1"});
  EXPECT_THAT(slow.tick_at(slow.now + kSettle), ElementsAre(told(ip("10.9.0.1"), {})));
}

TEST(CallPhase, EachDeadlineEndsTheCallInOrder) {
  struct Case {
    std::initializer_list<const char*> lines;
    core::Duration allowed;
  };
  for (const auto& c : {Case{{}, 60s}, Case{{"Serial connection established."}, 45s},
                        Case{{"Serial connection established.", "PAP authentication succeeded"}, 45s}}) {
    Rig rig;
    rig.lines(c.lines);
    EXPECT_THAT(rig.tick_at(kStart + c.allowed - 1us), IsEmpty());
    EXPECT_THAT(rig.tick_at(kStart + c.allowed), ElementsAre(CallEffect{SendTerm{}}));
    EXPECT_EQ(rig.phase.deadline(), rig.now + 15s);
    EXPECT_EQ(reason_of(rig.exit(code(5))), CallEnd::TimedOut);
    EXPECT_EQ(rig.phase.deadline(), std::nullopt);
  }
}

TEST(CallPhase, HangUpIsTermThenKillThenKillAgain) {
  Rig rig;
  rig.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17", "remote IP address 10.9.0.1"});
  EXPECT_THAT(rig.hangup(), ElementsAre(CallEffect{SendTerm{}}));
  EXPECT_THAT(rig.hangup(), IsEmpty());
  EXPECT_THAT(rig.tick_at(rig.now + 14s), IsEmpty());
  EXPECT_THAT(rig.tick_at(rig.now + 1s), ElementsAre(CallEffect{SendKill{}}));
  EXPECT_THAT(rig.tick_at(rig.now + 15s), ElementsAre(CallEffect{SendKill{}}));
  EXPECT_EQ(reason_of(rig.exit({ExitStatus::Kind::Signalled, SIGKILL})), CallEnd::HungUp);
}

TEST(CallPhase, AskedWhileADeadlineIsAlreadyEndingItIsHungUp) {
  Rig rig;
  rig.tick_at(kStart + 60s);
  EXPECT_THAT(rig.hangup(), IsEmpty());
  EXPECT_EQ(reason_of(rig.exit(code(5))), CallEnd::HungUp);
}

TEST(CallPhase, WhatPppdLogsWhileItObeysUsIsNotTheReason) {
  Rig rig;
  rig.lines({"Serial connection established."});
  rig.tick_at(kStart + 45s);
  rig.lines({"Terminating on signal 15", "Modem hangup", "CHAP authentication failed"});
  EXPECT_EQ(reason_of(rig.exit(code(16))), CallEnd::TimedOut);
}

TEST(CallPhase, AnExitBeforeTheAddressSettledStillTellsItFirst) {
  Rig rig;
  rig.lines(
      {"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17", "remote IP address 10.9.0.1", "LCP terminated by peer"});
  const auto out = rig.exit(code(0));
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0], CallEffect{News(core::CallAddress{ip("10.9.0.17"), ip("10.9.0.1"), {}})});
  EXPECT_EQ(reason_of(out), CallEnd::PeerHungUp);
}

// Three echoes, 20 s apart: an answer to any of them would have put the end off.
TEST(CallPhase, KnowsWhetherAnEchoWasEverAnswered) {
  const auto detail = [](core::Duration dead_after) {
    Rig rig;
    rig.lines({"Serial connection established.", "Connect: ppp-isp <--> /dev/ttyS0", "local  IP address 10.9.0.17"});
    rig.now += dead_after;
    rig.lines({"No response to 3 echo-requests", "Serial link appears to be disconnected."});
    const auto effects = rig.exit(code(15));
    return gone_of(effects)->detail;
  };
  EXPECT_THAT(detail(62s), testing::HasSubstr("no echo was ever answered"));
  EXPECT_THAT(detail(82s), testing::Not(testing::HasSubstr("no echo was ever answered")));
}

TEST(CallPhase, AfterTheExitNothingHappens) {
  Rig rig;
  EXPECT_EQ(reason_of(rig.exit(code(8))), CallEnd::ConnectFailed);
  EXPECT_TRUE(rig.phase.exited());
  EXPECT_THAT(rig.lines({"Connect: ppp-isp <--> eth0", "local  IP address 10.9.0.17"}), IsEmpty());
  EXPECT_THAT(rig.hangup(), IsEmpty());
  EXPECT_THAT(rig.tick_at(kStart + 1h), IsEmpty());
  EXPECT_THAT(rig.exit(code(0)), IsEmpty());
}

// Any order of events; seeded, so that a failure repeats.
TEST(CallPhase, InAnyOrderOfEventsThePromisesHold) {
  static constexpr std::array kLines{"Serial connection established.",
                                     "Connect: ppp-isp <--> eth0",
                                     "CHAP authentication succeeded",
                                     "CHAP authentication failed",
                                     "local  IP address 10.9.0.17",
                                     "remote IP address 10.9.0.1",
                                     "primary   DNS address 9.9.9.9",
                                     "secondary DNS address 1.1.1.1",
                                     "local  LL address fe80::1",
                                     "remote LL address fe80::2",
                                     "Modem hangup",
                                     "Failed (BUSY)",
                                     "garbage",
                                     "Fatal signal 11"};
  for (unsigned seed = 0; seed < 3000; ++seed) {
    std::mt19937 rng(seed);
    Rig rig;
    int terms = 0, kills = 0, gones = 0;
    std::optional<core::CallAddress> v4, v6;  // as told last
    for (int i = 0; i < 60; ++i) {
      rig.now += std::chrono::milliseconds(rng() % 20'000);
      Effects out;
      switch (rng() % 8) {
        case 0: out = rig.hangup(); break;
        case 1:
          if (i > 20)
            out = rig.exit({rng() % 2 ? ExitStatus::Kind::Exited : ExitStatus::Kind::Signalled, static_cast<int>(rng() % 25)});
          break;
        case 2:
        case 3: out = rig.tick_at(rig.now); break;
        default: out = rig.lines({kLines[rng() % kLines.size()]});
      }
      for (const auto& e : out) {
        ASSERT_EQ(gones, 0) << "after the end, seed " << seed;
        if (std::holds_alternative<SendTerm>(e)) ++terms;
        if (std::holds_alternative<SendKill>(e)) {
          ++kills;
          ASSERT_EQ(terms, 1) << "SIGKILL before SIGTERM, seed " << seed;
        }
        if (const auto* news = std::get_if<News>(&e)) {
          ASSERT_FALSE(std::holds_alternative<core::CallStarted>(*news));
          if (const auto* a = std::get_if<core::CallAddress>(news)) {
            auto& last = a->local.family() == Family::v4 ? v4 : v6;
            ASSERT_TRUE(!last || (last->local == a->local && *last != *a && a->dns.size() >= last->dns.size())) << seed;
            last = *a;
          }
          if (std::holds_alternative<core::CallGone>(*news)) ++gones;
        }
      }
      ASSERT_LE(terms, 1) << seed;
      ASSERT_EQ(rig.phase.exited(), gones == 1) << seed;
      ASSERT_TRUE(terms == 0 || gones == 1 || rig.phase.deadline()) << "nothing would end it, seed " << seed;
    }
    ASSERT_TRUE(gones == 1 || gone_of(rig.exit(code(5))) != nullptr) << seed;
  }
}
