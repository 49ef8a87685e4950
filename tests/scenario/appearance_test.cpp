// SPDX-License-Identifier: GPL-2.0-or-later
// An appearance from the wish to the farewell.
#include <algorithm>

#include "appearance.hpp"
#include "core/time.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

// Present since 20 s at 192.0.2.7 until 620 s, everybody told: notices 1 (mail) and 2 (dns).
AppearanceMachine present() {
  auto machine = appearance();
  play(machine, {
      {0s, by_timer(at(1800s)), {"want the link for 600 s"}, "connecting"},
      {20s, link_up(),
       {"want a farewell", "1: mail #1 at 192.0.2.7 until 620 s, next 1800 s", "2: dns #1 at 192.0.2.7 until 620 s, next 1800 s",
        "appeared at 192.0.2.7 until 620 s"},
       "announcing"},
      {21s, answer(1), {}, "announcing"},
      {22s, answer(2), {}, "present"},
  });
  return machine;
}

std::vector<std::string> results(const AppearanceMachine& machine) {
  std::vector<std::string> out;
  for (const auto& n : machine.status().notices)
    out.push_back(n.name + " " + (n.result ? std::string(to_string(*n.result)) : "pending") + " " + std::to_string(n.attempts));
  return out;
}

}  // namespace

TEST(Appearance, TellsEverybodyAndSaysGoodByeBeforeTheLineDrops) {
  auto machine = present();
  EXPECT_EQ(results(machine), (std::vector<std::string>{"mail Ok 1", "dns Ok 1"}));
  play(machine, {
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
      {701s, answer(3), {"farewell done"}, "vanishing"},
      {702s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"},
  });
  EXPECT_EQ(machine.remembered().told.count("dns"), 0u) << "it is told again, even the same address";
  EXPECT_EQ(machine.remembered().told.count("mail"), 1u);
}

TEST(Appearance, NobodyIsToldTheSameAddressTwiceUnlessAsked) {
  auto machine = present();
  play(machine, {
      {100s, by_timer(), {"want the link for 600 s", "appeared at 192.0.2.7 until 700 s"}, "present"},
      {200s, asked(60s),
       {"want the link for 500 s", "3: mail #2 at 192.0.2.7 until 700 s", "4: dns #2 at 192.0.2.7 until 700 s",
        "appeared at 192.0.2.7 until 700 s"},
       "announcing"},
  });
}

TEST(Appearance, RepeatIsToldEachTime) {
  auto config = mail_and_dns();
  config.announces[0].repeat = true;
  auto machine = appearance(config, {.sequence = 7, .told = {{"mail", {{*IpAddress::parse("192.0.2.7")}}}, {"dns", {{*IpAddress::parse("192.0.2.7")}}}}});
  play(machine, {
      {0s, by_timer(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #8 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
  });
  // But a restart of ghostd's is the same appearance still.
  auto again = appearance(config, machine.remembered());
  play(again, {
      {2s, AppearRequested{AppearKind::restart, 599s, {}}, {"want the link, patiently, for 599 s"}, "connecting"},
      {3s, link_up({"192.0.2.8"}), {"want a farewell", "1: mail #9 at 192.0.2.8 until 602 s", "2: dns #9 at 192.0.2.8 until 602 s", "appeared at 192.0.2.8 until 602 s"}, "announcing"},
  });
}

TEST(Appearance, AChangeOfAddressIsToldAtOnce) {
  auto machine = present();
  play(machine, {
      {100s, link_up({"192.0.2.7", "2001:db8::7"}),
       {"3: mail #2 at 192.0.2.7 2001:db8::7 until 620 s, next 1800 s", "4: dns #2 at 192.0.2.7 2001:db8::7 until 620 s, next 1800 s",
        "appeared at 192.0.2.7 2001:db8::7 until 620 s"},
       "announcing"},
      {100s, link_up({"192.0.2.7", "2001:db8::7"}), {}, "announcing"},
      // The next change comes before they have answered: the former notice is worth nothing any more.
      {101s, link_up({"192.0.2.8"}),
       {"abandon 3", "5: mail #3 at 192.0.2.8 until 620 s, next 1800 s", "abandon 4", "6: dns #3 at 192.0.2.8 until 620 s, next 1800 s",
        "appeared at 192.0.2.8 until 620 s"},
       "announcing"},
      {102s, answer(3), {}, "announcing"},
      {102s, answer(5), {}, "announcing"},
      {102s, answer(6), {}, "present"},
  });
}

TEST(Appearance, EachNotifierIsTriedAgainOnItsOwn) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(1, NoticeResult::Later), {}, "announcing"},
      {3s, answer(2), {}, "announcing"},
      {7s, time_passed(), {"3: mail #1 at 192.0.2.7 until 601 s"}, "announcing"},
      {8s, answer(3, NoticeResult::TimedOut), {}, "announcing"},
      {18s, time_passed(), {"4: mail #1 at 192.0.2.7 until 601 s"}, "announcing"},
      {19s, answer(4, NoticeResult::Unreachable), {}, "present"},
  });
  EXPECT_EQ(results(machine), (std::vector<std::string>{"mail Unreachable 3", "dns Ok 1"}));
  EXPECT_EQ(machine.deadline(), std::nullopt);
}

TEST(Appearance, WhatWillNotGoBetterIsNotTriedAgain) {
  for (const auto result : {NoticeResult::AuthFailed, NoticeResult::TlsFailed, NoticeResult::Refused, NoticeResult::TooLarge, NoticeResult::BadConfig}) {
    auto machine = appearance({{}, {notifier("mail")}, "hut"});
    play(machine, {
        {0s, asked(), {"want the link for 600 s"}, "connecting"},
        {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
        {2s, answer(1, result), {}, "present"},
    });
    EXPECT_EQ(machine.deadline(), std::nullopt);
    // Who answered too much may have heard us.
    EXPECT_EQ(machine.remembered().told.contains("mail"), result == NoticeResult::TooLarge);
  }
}

TEST(Appearance, ALineThatDropsInTheMiddleIsAskedForAgain) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(1), {}, "announcing"},
      {3s, link_down("HungUp"), {"abandon 2", "no farewell", "vanished (HungUp)", "want the link, patiently, for 5 s"}, "connecting"},
      {3s, link_down("HungUp", true), {}, "connecting"},
      {9s, link_up({"192.0.2.8"}),
       {"want the link for 592 s", "want a farewell", "3: mail #2 at 192.0.2.8 until 601 s", "4: dns #2 at 192.0.2.8 until 601 s", "appeared at 192.0.2.8 until 601 s"},
       "announcing"},
  });
}

TEST(Appearance, WhoNeedsNoLineIsToldWithoutOne) {
  auto config = mail_and_dns();
  config.announces[1].url = "file:///srv/notice.json";
  const auto dropped = [&config] {
    auto machine = appearance(config);
    play(machine, {
        {0s, by_timer(), {"want the link for 600 s"}, "connecting"},
        {20s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 620 s", "2: dns #1 at 192.0.2.7 until 620 s", "appeared at 192.0.2.7 until 620 s"}, "announcing"},
        {30s, link_down("HungUp"), {"abandon 1", "no farewell", "vanished (HungUp)", "want the link, patiently, for 5 s"}, "connecting"},
    });
    EXPECT_EQ(results(machine), (std::vector<std::string>{"mail LinkGone 1", "dns pending 1"}));
    return machine;
  };
  auto written = dropped();
  play(written, {{31s, answer(2), {}, "connecting"}});
  EXPECT_EQ(results(written), (std::vector<std::string>{"mail LinkGone 1", "dns Ok 1"}));
  EXPECT_EQ(written.remembered().told.at("dns").addresses.size(), 1u);

  auto full = dropped();  // the disk; and it is tried again, whatever becomes of the appearance
  play(full, {
      {31s, answer(2, NoticeResult::Later), {}, "connecting"},
      {36s, time_passed(), {"3: dns #1 at 192.0.2.7 until 620 s"}, "connecting"},
      {37s, answer(3, NoticeResult::Later), {}, "connecting"},
      {40s, link_down("disconnect"), {"want no link", "4: dns #2 gone from 192.0.2.7 (disconnect)", "no farewell"}, "failed"},
      {48s, answer(4), {}, "failed"},
  });
  EXPECT_EQ(results(full), (std::vector<std::string>{"mail LinkGone 1", "dns Ok 1"}));
  EXPECT_EQ(full.deadline(), std::nullopt);

  auto again = dropped();  // a new address replaces what is on its way
  play(again, {{40s, link_up({"192.0.2.8"}),
                {"want the link for 580 s", "want a farewell", "3: mail #2 at 192.0.2.8 until 620 s", "abandon 2", "4: dns #2 at 192.0.2.8 until 620 s",
                 "appeared at 192.0.2.8 until 620 s"},
                "announcing"}});

  auto other = dropped();  // a reload makes it another file: the answer of the first is not the second's
  config.announces[1].url = "file:///srv/other.json";
  play(other, {{31s, config, {"abandon 2"}, "connecting"}, {32s, answer(2), {}, "connecting"}});
  EXPECT_FALSE(other.remembered().told.contains("dns"));
}

// The line drops for good, so nobody can say good-bye by it. A file would say "present" for ever.
TEST(Appearance, WhoNeedsNoLineIsToldTheEndWithoutOne) {
  auto config = mail_and_dns();
  config.announces[1].url = "file:///srv/notice.json";
  const auto told = [&config] {
    auto machine = appearance(config);
    play(machine, {
        {0s, by_timer(), {"want the link for 600 s"}, "connecting"},
        {20s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 620 s", "2: dns #1 at 192.0.2.7 until 620 s", "appeared at 192.0.2.7 until 620 s"}, "announcing"},
        {21s, answer(1), {}, "announcing"},
        {21s, answer(2), {}, "present"},
    });
    return machine;
  };
  auto late = told();  // after the hold it is not asked for again
  play(late, {
      {620s, link_down("HungUp"), {"no farewell", "3: dns #2 gone from 192.0.2.7 (HungUp)", "no farewell", "vanished (HungUp)"}, "none"},
      {621s, answer(3), {}, "none"},
  });
  EXPECT_FALSE(late.remembered().told.contains("dns"));

  auto early = told();  // within it, only when the calls have failed until then
  play(early, {
      {100s, link_down("HungUp"), {"no farewell", "vanished (HungUp)", "want the link, patiently, for 5 s"}, "connecting"},
      {620s, time_passed(), {"want no link", "3: dns #2 gone from 192.0.2.7 (HungUp)", "no farewell"}, "failed"},
  });

  config.announces[1].vanish = false;
  auto without = told();
  play(without, {{620s, link_down("HungUp"), {"no farewell", "no farewell", "vanished (HungUp)"}, "none"}});
}

TEST(Appearance, AFarewellWaitsForTheEndsAlone) {
  auto config = mail_and_dns();
  config.announces[0].url = "file:///srv/notice.json";
  auto machine = appearance(config);
  play(machine, {
      {0s, by_timer(), {"want the link for 600 s"}, "connecting"},
      {20s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 620 s", "2: dns #1 at 192.0.2.7 until 620 s", "appeared at 192.0.2.7 until 620 s"}, "announcing"},
      {21s, answer(2), {}, "announcing"},
      {22s, leaving(), {"3: dns #2 gone from 192.0.2.7 (idle)"}, "vanishing"},
      {23s, answer(3), {"farewell done"}, "vanishing"},
      {24s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"},
      {25s, answer(1), {}, "none"},
  });
  EXPECT_EQ(results(machine), (std::vector<std::string>{"mail Ok 1", "dns Ok 1"}));
}

TEST(Appearance, ALineThatDropsAfterTheHoldIsNot) {
  auto machine = present();
  play(machine, {{620s, link_down("HungUp"), {"no farewell", "no farewell", "vanished (HungUp)"}, "none"}});
}

TEST(Appearance, ACallThatFailsIsTriedAgainUntilConnectTimeout) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_down("Busy"), {"want the link, patiently, for 600 s"}, "connecting"},
      {1s, link_down("Busy", true), {}, "connecting"},
      {300s, time_passed(), {"want no link", "no farewell"}, "failed"},
  });
}

TEST(Appearance, WhoHangsUpMeansIt) {
  for (const auto* reason : {"disconnect", "block"}) {
    auto machine = appearance();
    play(machine, {
        {0s, asked(), {"want the link for 600 s"}, "connecting"},
        {1s, link_down(reason), {"want no link", "no farewell"}, "failed"},
    });
  }
}

TEST(Appearance, AFarewellTakesNoLongerThanItMay) {
  auto machine = present();
  play(machine, {
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
      {710s, time_passed(), {"abandon 3", "farewell done"}, "vanishing"},
      {711s, answer(3), {}, "vanishing"},
      {712s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"},
  });
  EXPECT_EQ(results(machine).back(), "dns TimedOut 1");
}

TEST(Appearance, AFarewellThatFailsIsNotTriedAgain) {
  auto machine = present();
  play(machine, {
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
      {701s, answer(3, NoticeResult::Unreachable), {"farewell done"}, "vanishing"},
  });
}

// It may have been heard all the same, and the name withdrawn: at the same address next morning that is put right.
TEST(Appearance, WhoDidNotConfirmTheEndIsToldTheNextTime) {
  const std::vector<AppearRow> unheard[] = {
      {{701s, answer(3, NoticeResult::Unreachable), {"farewell done"}, "vanishing"}, {702s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"}},
      {{710s, time_passed(), {"abandon 3", "farewell done"}, "vanishing"}, {711s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"}},
      {{701s, link_down("HungUp"), {"abandon 3", "no farewell", "vanished (idle)"}, "none"}},
  };
  for (const auto& end : unheard) {
    auto machine = present();
    play(machine, {{700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"}});
    // Nor does it matter if ghostd is not there any more to see how it ends.
    EXPECT_TRUE(machine.remembered().told.at("dns").addresses.empty());
    play(machine, end);
    play(machine, {
        {1800s, by_timer(), {"want the link for 600 s"}, "connecting"},
        {1801s, link_up(), {"want a farewell", "4: dns #3 at 192.0.2.7 until 2401 s", "appeared at 192.0.2.7 until 2401 s"}, "announcing"},
    });
  }
}

TEST(Appearance, AReloadChangesHowLongAFarewellMayTake) {
  auto machine = present();
  auto config = mail_and_dns();
  config.appear.vanish_timeout = 60s;
  play(machine, {
      {100s, config, {"want a farewell"}, "present"},
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
  });
  EXPECT_EQ(machine.deadline(), Time{} + 760s);
}

TEST(Appearance, WhoWasNeverToldIsNotToldTheEnd) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(2, NoticeResult::AuthFailed), {}, "announcing"},
      {3s, leaving(), {"abandon 1", "farewell done"}, "vanishing"},
  });
}

TEST(Appearance, BehindCarrierNatTheEchoServiceIsAsked) {
  auto config = mail_and_dns();
  config.appear.echo = "https://echo.example.net/";
  auto machine = appearance(config);
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up({"100.64.3.4"}), {"want a farewell", "echo 1"}, "announcing"},
      {2s, answer(1, NoticeResult::Ok, "203.0.113.9"),
       {"2: mail #1 at 203.0.113.9 until 601 s, carrier NAT", "3: dns #1 at 203.0.113.9 until 601 s, carrier NAT", "appeared at 203.0.113.9 until 601 s"},
       "announcing"},
  });
  auto mute = appearance(config);
  play(mute, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up({"10.1.2.3"}), {"want a farewell", "echo 1"}, "announcing"},
      {2s, answer(1, NoticeResult::TimedOut),
       {"2: mail #1 at 10.1.2.3 until 601 s, carrier NAT", "3: dns #1 at 10.1.2.3 until 601 s, carrier NAT", "appeared at 10.1.2.3 until 601 s"},
       "announcing"},
  });
}

// A person who asks meanwhile does not make it tell an address by which nobody can reach this host.
TEST(Appearance, TheFirstNoticeWaitsForTheEchoWhoeverAsks) {
  auto config = mail_and_dns();
  config.appear.echo = "https://echo.example.net/";
  auto machine = appearance(config);
  play(machine, {
      {0s, by_timer(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up({"100.64.3.4"}), {"want a farewell", "echo 1"}, "announcing"},
      {2s, asked(), {"want the link for 600 s"}, "announcing"},
      {3s, answer(1, NoticeResult::Ok, "203.0.113.9"),
       {"2: mail #1 at 203.0.113.9 until 602 s, carrier NAT", "3: dns #1 at 203.0.113.9 until 602 s, carrier NAT", "appeared at 203.0.113.9 until 602 s"},
       "announcing"},
  });
}

// Its certificate is not valid yet by this machine's clock. Nobody is told an address by which nobody can reach this host, unless the
// clock is never set.
TEST(Appearance, TheEchoServiceWaitsForTheClock) {
  auto config = mail_and_dns();
  config.appear.echo = "https://echo.example.net/";
  const NoticeAnswered too_early{1, NoticeResult::TlsFailed, "not yet valid", "", true, false};
  const auto waits = [&] {
    auto machine = appearance(config);
    play(machine, {
        {0s, asked(), {"want the link for 600 s"}, "connecting"},
        {1s, link_up({"100.64.3.4"}), {"want a farewell", "echo 1"}, "announcing"},
        {2s, too_early, {}, "announcing"},
    });
    return machine;
  };
  auto set = waits();
  const auto again = set.clock_set({core::Time{} + 20s, at(20s) + 24h});
  ASSERT_FALSE(again.empty());
  EXPECT_EQ(words(again.front()), "echo 2");
  auto never = waits();
  EXPECT_EQ(never.deadline(), core::Time{} + 602s);
  play(never, {
      {602s, time_passed(),
       {"2: mail #1 at 100.64.3.4 until 601 s, carrier NAT", "3: dns #1 at 100.64.3.4 until 601 s, carrier NAT", "appeared at 100.64.3.4 until 601 s"},
       "announcing"},
  });
}

// The word that people see for the link's state is not an outcome.
TEST(Appearance, OneThatGivesUpSaysWhyTheLastCallFailed) {
  const auto outcome = [](std::vector<AppearRow> rows) {
    auto machine = appearance();
    play(machine, std::move(rows));
    const auto effects = machine.step(time_passed(), {*machine.deadline(), at(300s)});
    for (const auto& e : effects)
      if (const auto* remembered = std::get_if<Remember>(&e); remembered && remembered->record.ended) return remembered->record.outcome;
    return std::string();
  };
  EXPECT_EQ(outcome({{0s, asked(), {"want the link for 600 s"}, "connecting"}, {1s, link_down("appear", true), {}, "connecting"}}), "TimedOut");
  EXPECT_EQ(outcome({{0s, asked(), {"want the link for 600 s"}, "connecting"},
                     {1s, link_down("Busy", true), {}, "connecting"},
                     {2s, link_down("appear", true), {}, "connecting"}}),
            "Busy");
}

TEST(Appearance, APublicAddressAsksNobody) {
  auto config = mail_and_dns();
  config.appear.echo = "https://echo.example.net/";
  auto machine = appearance(config);
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up({"198.51.100.4"}),
       {"want a farewell", "1: mail #1 at 198.51.100.4 until 601 s", "2: dns #1 at 198.51.100.4 until 601 s", "appeared at 198.51.100.4 until 601 s"},
       "announcing"},
  });
}

TEST(Appearance, AskedForWhileVanishingBeginsAnew) {
  auto machine = present();
  play(machine, {
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
      {701s, asked(), {"want the link for 600 s"}, "vanishing"},
      {702s, answer(3), {"farewell done"}, "vanishing"},
      {703s, link_down("idle"), {"no farewell", "vanished (idle)", "want the link for 600 s"}, "connecting"},
  });
}

TEST(Appearance, AReloadTakesANotifierAway) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, AppearReconfigured{{}, {notifier("dns", true)}, "hut"}, {"abandon 1"}, "announcing"},
      {3s, answer(2), {}, "present"},
  });
}

// Who is told by nobody any more is told the end; and the line is held for that.
TEST(Appearance, AReloadThatTakesANotifierAwaySaysGoodBye) {
  const AppearReconfigured without{{}, {notifier("mail")}, "hut"};
  auto machine = present();
  play(machine, {
      {100s, without, {"3: dns #2 gone from 192.0.2.7, next 1800 s (reload)"}, "present"},
      {101s, leaving(), {}, "vanishing"},
      {102s, answer(3), {"farewell done"}, "vanishing"},
      {103s, link_down("idle"), {"no farewell", "vanished (idle)"}, "none"},
  });
  EXPECT_FALSE(machine.remembered().told.contains("dns"));

  auto hangs = present();
  play(hangs, {
      {100s, without, {"3: dns #2 gone from 192.0.2.7, next 1800 s (reload)"}, "present"},
      {101s, leaving(), {}, "vanishing"},
      {111s, time_passed(), {"abandon 3", "farewell done"}, "vanishing"},
  });

  auto drops = present();
  play(drops, {
      {100s, without, {"3: dns #2 gone from 192.0.2.7, next 1800 s (reload)"}, "present"},
      {700s, link_down("HungUp"), {"abandon 3", "no farewell", "no farewell", "vanished (HungUp)"}, "none"},
  });

  auto comes_back = present();
  play(comes_back, {
      {100s, without, {"3: dns #2 gone from 192.0.2.7, next 1800 s (reload)"}, "present"},
      // The end must not be its last word.
      {101s, mail_and_dns(), {"abandon 3", "4: dns #3 at 192.0.2.7 until 620 s, next 1800 s"}, "announcing"},
      {102s, answer(4), {}, "present"},
  });

  auto comes_back_too_late = present();
  play(comes_back_too_late, {
      {100s, without, {"3: dns #2 gone from 192.0.2.7, next 1800 s (reload)"}, "present"},
      {101s, leaving(), {}, "vanishing"},
      {102s, mail_and_dns(), {}, "vanishing"},
      {103s, answer(3), {"farewell done"}, "vanishing"},
  });

  auto has_gone = present();
  play(has_gone, {
      {700s, leaving(), {"3: dns #2 gone from 192.0.2.7, next 1800 s (idle)"}, "vanishing"},
      {701s, without, {}, "vanishing"},
      {702s, answer(3), {"farewell done"}, "vanishing"},
  });
}

TEST(Appearance, AReloadSaysGoodByeToNobodyWhoIsToldStill) {
  const auto before = notifier("dns", true);
  auto renamed = before;
  renamed.name = "name";
  auto machine = appearance({{}, {before}, "hut"});
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(1), {}, "present"},
      {3s, AppearReconfigured{{}, {renamed}, "hut"}, {}, "present"},
  });
}

// The address went and came back before the notice of the other one had an answer. The notice that is on its way is not the last
// word.
TEST(Appearance, AnAddressThatComesBackIsToldAgainIfAnotherMayHaveBeenHeard) {
  auto machine = present();
  play(machine, {
      {100s, link_up({"192.0.2.8"}),
       {"3: mail #2 at 192.0.2.8 until 620 s, next 1800 s", "4: dns #2 at 192.0.2.8 until 620 s, next 1800 s", "appeared at 192.0.2.8 until 620 s"},
       "announcing"},
      {101s, answer(3, NoticeResult::TimedOut), {}, "announcing"},
      {102s, answer(4, NoticeResult::AuthFailed), {}, "announcing"},
      {103s, link_up(), {"5: mail #3 at 192.0.2.7 until 620 s, next 1800 s", "appeared at 192.0.2.7 until 620 s"}, "announcing"},
  });
}

// A DNS update whose answer got lost may stand: it is withdrawn.
TEST(Appearance, WhoMayHaveHeardIsToldTheEnd) {
  auto machine = appearance();
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(1), {}, "announcing"},
      {3s, answer(2, NoticeResult::TimedOut), {}, "announcing"},
      {4s, leaving(), {"3: dns #2 gone from 192.0.2.7 (idle)"}, "vanishing"},
  });
}

TEST(Appearance, AskedForWhileItIsCalledAgainTellsTheNewHold) {
  auto machine = present();
  play(machine, {
      {600s, link_down("HungUp"), {"no farewell", "vanished (HungUp)", "want the link, patiently, for 5 s"}, "connecting"},
      {610s, by_timer(at(3000s)), {"want the link for 600 s"}, "connecting"},
      {640s, link_up({"192.0.2.9"}),
       {"want a farewell", "3: mail #2 at 192.0.2.9 until 1240 s, next 3000 s", "4: dns #2 at 192.0.2.9 until 1240 s, next 3000 s",
        "appeared at 192.0.2.9 until 1240 s"},
       "announcing"},
  });
}

TEST(Appearance, AClockThatIsPutBackDoesNotMakeItLonger) {
  auto machine = present();
  (void)machine.step(core::LinkSeen{.up = true, .trying = true, .addresses = {*IpAddress::parse("192.0.2.7")}, .reason = {}},
               {core::Time{} + 100s, at(100s - 24h)});
  (void)machine.step(link_down("HungUp"), {core::Time{} + 101s, at(101s - 24h)});
  const auto effects = machine.step(link_up(), {core::Time{} + 110s, at(110s - 24h)});
  const auto asks = std::find_if(effects.begin(), effects.end(), [](const auto& e) { return std::holds_alternative<WantLink>(e); });
  ASSERT_NE(asks, effects.end());
  EXPECT_LE(std::get<WantLink>(*asks).hold, 600s);
}

TEST(Appearance, AnotherReceiverKnowsNothing) {
  auto machine = present();
  auto config = mail_and_dns();
  config.announces[0].url = "https://example.org/";
  play(machine, {
      {100s, config, {}, "present"},
      {200s, by_timer(), {"want the link for 600 s", "3: mail #2 at 192.0.2.7 until 800 s", "appeared at 192.0.2.7 until 800 s"}, "announcing"},
  });
}

// Nor has it heard what the other one may have, and is not told an end of which it knows no beginning.
TEST(Appearance, AnotherReceiverHasNotHeardEither) {
  auto machine = appearance();
  auto config = mail_and_dns();
  config.announces[1].more["Host"] = "hut.example.org";
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, answer(1), {}, "announcing"},
      {3s, answer(2, NoticeResult::TimedOut), {}, "announcing"},
      {4s, config, {"3: dns #2 at 192.0.2.7 until 601 s"}, "announcing"},
      {5s, answer(3, NoticeResult::Refused), {}, "present"},
      {6s, leaving(), {"farewell done"}, "vanishing"},
  });
}

TEST(Appearance, AReloadKeepsTheRecordOfThoseWhoStay) {
  auto machine = present();
  std::vector<std::string> kept;
  for (const auto& e : machine.step(AppearReconfigured{{}, {notifier("mail")}, "hut"}, {core::Time{} + 100s, at(100s)}))
    if (const auto* written = std::get_if<Remember>(&e)) {
      kept.clear();
      for (const auto& n : written->record.notices) kept.push_back(n.name);
    }
  EXPECT_EQ(kept, std::vector<std::string>{"mail"});
}

// A gateway that answers 502, a program that ends with 1, may have passed it on.
TEST(Appearance, WhoHasRefusedMayHaveHeard) {
  for (const auto result : {NoticeResult::Refused, NoticeResult::AuthFailed}) {
    auto machine = present();
    const bool never_said = result == NoticeResult::AuthFailed;
    play(machine, {
        {100s, link_up({"192.0.2.8"}),
         {"3: mail #2 at 192.0.2.8 until 620 s, next 1800 s", "4: dns #2 at 192.0.2.8 until 620 s, next 1800 s", "appeared at 192.0.2.8 until 620 s"},
         "announcing"},
        {101s, answer(3), {}, "announcing"},
        {102s, answer(4, result), {}, "present"},
    });
    EXPECT_EQ(machine.remembered().told.at("dns").addresses.empty(), !never_said);
  }
}

// As a reload finds it, and a start.
TEST(Appearance, AnotherReceiverKnowsNothingAfterARestartEither) {
  const auto remembered = present().remembered();
  const auto told_by = [&](AppearReconfigured config) {
    auto machine = appearance(std::move(config), remembered);
    (void)machine.step(by_timer(), {core::Time{}, at(0s)});
    std::vector<std::string> out;
    for (const auto& e : machine.step(link_up(), {core::Time{} + 1s, at(1s)}))
      if (const auto* sent = std::get_if<SendNotice>(&e)) out.push_back(sent->announce.name);
    return out;
  };
  EXPECT_EQ(told_by(mail_and_dns()), std::vector<std::string>{});
  auto url = mail_and_dns();
  url.announces[0].url = "https://example.org/";
  EXPECT_EQ(told_by(url), std::vector<std::string>{"mail"});
  auto key = mail_and_dns();
  key.announces[1].more["Host"] = "hut.example.org";
  EXPECT_EQ(told_by(key), std::vector<std::string>{"dns"});
  auto manners = mail_and_dns();
  manners.announces[0].attempts = 9;
  EXPECT_EQ(told_by(manners), std::vector<std::string>{});
  auto without = mail_and_dns();
  without.announces.pop_back();
  EXPECT_EQ(appearance(without, remembered).remembered().told.size(), 1u);
}

TEST(Appearance, WhatIsOnItsWayGoesToTheOtherReceiver) {
  auto machine = appearance();
  auto config = mail_and_dns();
  config.announces[0].url = "https://example.org/";
  play(machine, {
      {0s, asked(), {"want the link for 600 s"}, "connecting"},
      {1s, link_up(), {"want a farewell", "1: mail #1 at 192.0.2.7 until 601 s", "2: dns #1 at 192.0.2.7 until 601 s", "appeared at 192.0.2.7 until 601 s"}, "announcing"},
      {2s, config, {"abandon 1", "3: mail #2 at 192.0.2.7 until 601 s"}, "announcing"},
      {3s, answer(3), {}, "announcing"},
      {4s, answer(2), {}, "present"},
  });
}

TEST(Appearance, WhatWasToldIsWrittenDownWhileItIsCalledAgain) {
  auto machine = present();
  const auto effects = machine.step(link_down("HungUp"), {core::Time{} + 100s, at(100s)});
  std::optional<WallTime> until;
  for (const auto& e : effects)
    if (const auto* r = std::get_if<Remember>(&e)) until = r->until;
  EXPECT_EQ(until, at(620s));
}
