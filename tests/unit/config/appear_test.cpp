// SPDX-License-Identifier: GPL-2.0-or-later
// [Appear] and [Announce NAME]: good ones compared whole, bad ones with the exact words for them.
#include <gtest/gtest.h>

#include "config/announce_section.hpp"
#include "config/window.hpp"
#include "core/time.hpp"
#include "temp_tree.hpp"

using namespace ghost;
using namespace ghost::config;
using namespace std::chrono_literals;

namespace {

constexpr std::uint8_t kMonToFri = 0b0111110;

core::LinkConfig the_link(const TempTree& tree) {
  const auto loaded = load(tree.roots());
  EXPECT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  return loaded ? loaded->config.links.at(0) : core::LinkConfig{};
}

}  // namespace

TEST(Appear, EveryKeyReachesItsPlace) {
  TempTree tree;
  tree.write("etc/isp.conf", R"([Link]
Peer=isp
[Appear]
Name=Büro 3
Hold=12min
Window=Mon..Fri 07:00-18:00
Every=15min 30s - 59min
Echo=https://echo.example/ip
ConnectTimeout=4min
VanishTimeout=7s
WakeSystem=yes
)");
  core::AppearConfig expected;
  expected.name = "Büro 3";
  expected.hold = 12min;
  expected.window = core::Window{kMonToFri, 7h, 18h};
  expected.every_min = 15min + 30s;
  expected.every_max = 59min;
  expected.echo = "https://echo.example/ip";
  expected.connect_timeout = 4min;
  expected.vanish_timeout = 7s;
  expected.wake_system = true;
  EXPECT_EQ(the_link(tree).appear, expected);
}

TEST(Appear, AnEmptySectionAndResetsLeaveTheDefaults) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Appear]\nName=x\nHold=1min\nWindow=0:00-24:00\nEvery=5s\nWakeSystem=yes\n");
  tree.write("etc/isp.conf.d/x.conf", "[Appear]\nName=\nHold=\nWindow=\nEvery=\nWakeSystem=\n");
  EXPECT_EQ(the_link(tree).appear, core::AppearConfig{});
  tree.write("etc/isp.conf.d/x.conf", "[Appear]\n");
  EXPECT_EQ(the_link(tree).appear.window, (core::Window{0x7f, 0h, 24h}));
  EXPECT_EQ(the_link(tree).appear.every_min, core::Duration(5s));
  EXPECT_EQ(the_link(tree).appear.every_max, core::Duration(5s));
}

TEST(Announce, EveryKeyReachesItsPlaceInTheFilesOrder) {
  TempTree tree;
  tree.write("etc/isp.conf", R"([Link]
Peer=isp
[Announce where]
Url=file:///run/where.json
Body={"at": "${address}", "until": "${until}"}
[Announce mail]
Url=smtp://mail.example:587
From=desk@example.org
To=me@example.org, you@example.org
Subject="${name} is at ${address}"
User=desk
Credential=mail-password
Vanish=yes
Timeout=45s
Attempts=3
RetryDelay=2s
[Announce hook]
Url=https://hooks.example/here
Credential=hook
Auth=bearer
Repeat=yes
Timeout=5s
)");
  core::AnnounceConfig where;
  where.name = "where";
  where.url = "file:///run/where.json";
  where.more = {{"Body", R"({"at": "${address}", "until": "${until}"})"}};
  core::AnnounceConfig mail;
  mail.name = "mail";
  mail.url = "smtp://mail.example:587";
  mail.more = {{"From", "desk@example.org"},
               {"To", "me@example.org, you@example.org"},
               {"Subject", "${name} is at ${address}"},
               {"User", "desk"}};
  mail.credential = "mail-password";
  mail.vanish = true;
  mail.timeout = 45s;
  mail.attempts = 3;
  mail.retry = 2s;
  core::AnnounceConfig hook;
  hook.name = "hook";
  hook.url = "https://hooks.example/here";
  hook.more = {{"Auth", "bearer"}};
  hook.credential = "hook";
  hook.repeat = true;
  hook.timeout = 5s;
  EXPECT_EQ(the_link(tree).announces, (std::vector{where, mail, hook}));
}

TEST(Announce, DropInsChangeAddAndTakeBack) {
  TempTree tree;
  tree.write("etc/isp.conf",
             "[Link]\nPeer=isp\n[Announce b]\nUrl=file:///run/b\nBody=old\nTimeout=5s\n[Announce a]\nUrl=file:///run/a\n");
  tree.write("etc/isp.conf.d/1.conf", "[Announce c]\nUrl=file:///run/c\n[Announce a]\nVanish=yes\n");
  tree.write("run/isp.conf.d/2.conf", "[Announce b]\nUrl=file:///run/new\nBody=\nTimeout=\n");
  core::AnnounceConfig a;
  a.name = "a";
  a.url = "file:///run/a";
  a.vanish = true;
  core::AnnounceConfig b;
  b.name = "b";
  b.url = "file:///run/new";
  core::AnnounceConfig c;
  c.name = "c";
  c.url = "file:///run/c";
  EXPECT_EQ(the_link(tree).announces, (std::vector{b, a, c}));
}

TEST(Announce, OneSectionInTwoPieces) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Announce a]\nUrl=file:///run/a\n[Appear]\nHold=1min\n[Announce a]\nVanish=1\n");
  EXPECT_EQ(the_link(tree).announces.size(), 1U);
  EXPECT_TRUE(the_link(tree).announces.at(0).vanish);
}

TEST(Announce, NamesAtTheirLimits) {
  TempTree tree;
  tree.write("etc/isp.conf",
             "[Link]\nPeer=isp\n[Announce " + std::string(32, 'x') + "]\nUrl=file:///a\n[Announce -_9]\nUrl=file:///a\n");
  EXPECT_EQ(the_link(tree).announces.size(), 2U);
}

TEST(Announce, WhatIsNotAdvisableIsAWarning) {
  TempTree tree;
  tree.write("etc/isp.conf",
             "[Link]\nPeer=isp\n[Announce web]\nUrl=https://x.example/\nVerifyTls=no\n[Announce up]\n"
             "Url=ftp://x.example/file\nUser=me\nCredential=ftp\nTls=none\nInsecure=yes\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  EXPECT_EQ(tree.lines(loaded->warnings),
            "etc/isp.conf:5: [Announce web] VerifyTls=: the certificate is not verified, so any host on the way can pose as the "
            "receiver\n"
            "etc/isp.conf:11: [Announce up] Insecure=: ghostd sends the password unencrypted\n");
}

TEST(Announce, FaultsInADropInNameTheDropIn) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Announce a]\nUrl=file:///run/a\n");
  tree.write("etc/isp.conf.d/x.conf", "[Announce a]\nTopic=x\n\n[Announce b]\nVanish=yes\n[Announce c]\nUrl=gopher://x\n");
  EXPECT_EQ(
      tree.errors(),
      "etc/isp.conf.d/x.conf:2: [Announce a] Topic=: file does not use this key; remove it\n"
      "etc/isp.conf.d/x.conf:4: [Announce b] has no Url=; write one\n"
      "etc/isp.conf.d/x.conf:7: [Announce c] Url=: " +
          [&] {
            const auto alone = tree.write("c.conf", "[Link]\nPeer=c\n[Announce c]\nUrl=gopher://x\n");
            const auto why = check_file(alone, tree.roots()).error().at(0).message;
            return why.substr(why.find("=: ") + 3);
          }() +
          "\n");
}

TEST(Announce, AUrlThatADropInTakesBackIsMissing) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Announce a]\nUrl=file:///run/a\n");
  tree.write("etc/isp.conf.d/x.conf", "[Announce a]\nUrl=\n");
  EXPECT_EQ(tree.errors(), "etc/isp.conf:3: [Announce a] has no Url=; write one\n");
}

TEST(Announce, AnyNumber) {
  TempTree tree;
  std::string text = "[Link]\nPeer=isp\n";
  for (unsigned i = 0; i < 1000; ++i) text += "[Announce n" + std::to_string(i) + "]\nUrl=file:///run/x\n";
  tree.write("etc/isp.conf", text);
  const auto announces = the_link(tree).announces;
  ASSERT_EQ(announces.size(), 1000u);
  EXPECT_EQ(announces.back().name, "n999");
}

TEST(BadAppear, OneFileOneFault) {
  struct Row {
    std::string text;  // behind "[Link]\nPeer=isp\n", so that it begins in line 3
    std::string expected;
  };
  const std::string long_name(33, 'x');
  const Row rows[] = {
      {"[Appear]\nWindwo=Mon..Fri 07:00-18:00\n", "4: unknown key Windwo= in [Appear]; did you mean Window=?"},
      {"[Appear]\nTopic=x\n", "4: unknown key Topic= in [Appear]"},
      {"[Appear]\nIdleTimeout=1h\n", "4: unknown key IdleTimeout= in [Appear]; it belongs in [Call]"},
      {"[Link]\nHold=1h\n", "4: unknown key Hold= in [Link]; it belongs in [Appear]"},
      {"[Appear x]\nHold=1h\n", "3: unknown section [Appear x]; did you mean [Appear]?"},
      {"[Appear]\nHold=0\n", "4: bad value \"0\" for Hold=: must be at least 1s"},
      {"[Appear]\nVanishTimeout=31s\n", "4: bad value \"31s\" for VanishTimeout=: must be at most 30s"},
      {"[Appear]\nHold=infinity\n", "4: bad value \"infinity\" for Hold=: infinity is not allowed here"},
      {"[Appear]\nWindow=weekdays\n",
       "4: bad value \"weekdays\" for Window=: weekdays is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=Mon..Fri\n",
       "4: bad value \"Mon..Fri\" for Window=: Mon..Fri is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=Mon..Fri 07:00\n",
       "4: bad value \"Mon..Fri 07:00\" for Window=: 07:00 is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=Mo 7-18\n", "4: bad value \"Mo 7-18\" for Window=: 7-18 is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=Mo 07:00-18:00\n",
       "4: bad value \"Mo 07:00-18:00\" for Window=: Mo is neither a day nor a range of days such as Mon..Fri"},
      {"[Appear]\nWindow=Mon.. 07:00-18:00\n",
       "4: bad value \"Mon.. 07:00-18:00\" for Window=: Mon.. is neither a day nor a range of days such as Mon..Fri"},
      {"[Appear]\nWindow=22:00-02:00\n",
       "4: bad value \"22:00-02:00\" for Window=: 22:00-02:00 must end later than it begins, on the same day"},
      {"[Appear]\nWindow=07:00-07:00\n",
       "4: bad value \"07:00-07:00\" for Window=: 07:00-07:00 must end later than it begins, on the same day"},
      {"[Appear]\nWindow=07:00-24:01\n",
       "4: bad value \"07:00-24:01\" for Window=: 07:00-24:01 is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=07:00-18:60\n",
       "4: bad value \"07:00-18:60\" for Window=: 07:00-18:60 is not a range of hours such as 07:00-18:00"},
      {"[Appear]\nWindow=7:00-18:00\nEvery=59min-15min\n",
       "5: bad value \"59min-15min\" for Every=: the first time is longer than the second; swap them"},
      {"[Appear]\nWindow=7:00-18:00\nEvery=-5min\n",
       "5: bad value \"-5min\" for Every=: not a time span, such as 90s, 5min or \"1h 30min\""},
      {"[Appear]\nWindow=7:00-18:00\nEvery=0s-5min\n", "5: bad value \"0s-5min\" for Every=: must be at least 1s"},
      {"[Appear]\nEvery=5min\n", "4: Every= needs Window=, because without a window no appearance follows another"},
      {"[Appear]\nEcho=ftp://x.example/\n", "4: Echo=: not an http or https URL; write one such as https://example.org/ip"},
      {"[Appear]\nWakeSystem=sure\n", "4: bad value \"sure\" for WakeSystem=: write yes or no"},

      {"[Announce]\nUrl=file:///x\n", "3: [Announce] has no name; write one, such as [Announce mail]"},
      {"[Announce  x]\nUrl=file:///x\n", "3: [Announce  x]: not a valid name; use 1 to 32 letters, digits, '_' and '-'"},
      {"[Announce a b]\nUrl=file:///x\n", "3: [Announce a b]: not a valid name; use 1 to 32 letters, digits, '_' and '-'"},
      {"[Announce " + long_name + "]\n",
       "3: [Announce " + long_name + "]: not a valid name; use 1 to 32 letters, digits, '_' and '-'"},
      {"[Anounce]\n", "3: unknown section [Anounce]"},
      {"[Announce x]\n", "3: [Announce x] has no Url=; write one"},
      {"[Announce x]\nUrl=\nVanish=yes\n", "3: [Announce x] has no Url=; write one"},
      {"[Announce x]\nUrl=file:///x\nUrl=file:///y\n", "5: duplicate key Url= in [Announce x], first given in line 4"},
      {"[Announce x]\nUrl=file:///x\nFrmo=a\n", "5: unknown key Frmo= in [Announce x]; did you mean From=?"},
      {"[Announce x]\nUrl=file:///x\nvanish=yes\n", "5: unknown key vanish= in [Announce x]; did you mean Vanish=?"},
      {"[Announce x]\nUrl=file:///x\nColour=red\n", "5: unknown key Colour= in [Announce x]"},
      {"[Announce x]\nUrl=file:///x\nPassword=hunter2\n",
       "5: Password=: a secret is not allowed in this file; write Credential= with the name of a systemd credential"},
      {"[Announce x]\nUrl=file:///x\nTimeout=0\n", "5: bad value \"0\" for Timeout=: must be at least 1s"},
      {"[Announce x]\nUrl=file:///x\nAttempts=0\n", "5: bad value \"0\" for Attempts=: not a number from 1 to 100"},
      {"[Announce x]\nUrl=file:///x\nRetryDelay=1ms\n", "5: bad value \"1ms\" for RetryDelay=: must be at least 100ms"},
      {"[Announce x]\nUrl=file:///x\nRepeat=2\n", "5: bad value \"2\" for Repeat=: write yes or no"},

      {"[Announce x]\nUrl=smtp://x.example\nTo=a@b.example\n", "3: [Announce x] From=: missing; smtp needs this key"},
      {"[Announce x]\nUrl=smtp://x.example\nFrom=a@b.example\nTo=nobody\n",
       "6: [Announce x] To=: not a mail address; write user@example.org or Name <user@example.org>"},
      {"[Announce x]\nUrl=http://x.example/\nAuth=bearer\nCredential=c\n",
       "4: [Announce x] Url=: ghostd would send the password unencrypted; use an encrypted protocol, or write Insecure=yes to "
       "allow it"},
  };
  TempTree tree;
  for (const auto& [text, expected] : rows) {
    tree.write("etc/isp.conf", "[Link]\nPeer=isp\n" + text);
    EXPECT_EQ(tree.errors(), "etc/isp.conf:" + expected + "\n") << text;
  }
}

// The error about a password in a URL does not bring the password into the journal.
TEST(BadAppear, APasswordIsNotRepeated) {
  TempTree tree;
  for (const auto* text : {"[Appear]\nEcho=https://me:hunter2@x.example/\n", "[Announce x]\nUrl=https://me:hunter2@x.example/\n",
                           "[Announce x]\nUrl=file:///x\nToken=hunter2\n"}) {
    tree.write("etc/isp.conf", std::string("[Link]\nPeer=isp\n") + text);
    const auto said = tree.errors();
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
    EXPECT_TRUE(said.starts_with("etc/isp.conf:")) << said;
  }
}

// A missing key may be in a line that could not be parsed.
TEST(BadAppear, NothingIsMissedBesideAFault) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Announce x]\nUrl file:///x\n[Announce y]\nUrl=smtp://x.example\nFrom a\n");
  EXPECT_EQ(tree.errors(),
            "etc/isp.conf:4: not a [Section], a Key=value or a comment\n"
            "etc/isp.conf:7: not a [Section], a Key=value or a comment\n");
}

TEST(ParseWindow, Days) {
  struct Row {
    const char* text;
    core::Window expected;
  };
  for (const auto& [text, expected] : {
           Row{"Mon..Fri 07:00-18:00", {kMonToFri, 7h, 18h}},
           Row{"07:00-18:00", {0x7f, 7h, 18h}},
           Row{"Sun 0:00-24:00", {0b0000001, 0h, 24h}},
           Row{"Sat..Mon 23:59-24:00", {0b1000011, 23h + 59min, 24h}},
           Row{"mon,WED, friday 9:05-9:06", {0b0101010, 9h + 5min, 9h + 6min}},
           Row{"Mon..Wed,Sat 07:00-18:00", {0b1001110, 7h, 18h}},
           Row{"Sun..Sat 07:00-18:00", {0x7f, 7h, 18h}},
           Row{"Tue..Tue 07:00-18:00", {0b0000100, 7h, 18h}},
       }) {
    const auto window = parse_window(text);
    ASSERT_TRUE(window.has_value()) << text << ": " << window.error();
    EXPECT_EQ(*window, expected) << text;
  }
}
