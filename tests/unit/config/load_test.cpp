// SPDX-License-Identifier: GPL-2.0-or-later
// Good configurations, compared whole.
#include "config/load.hpp"

#include <gtest/gtest.h>

#include "../addresses.hpp"
#include "config/timespan.hpp"
#include "core/time.hpp"
#include "temp_tree.hpp"

using namespace ghost;
using namespace ghost::config;
using namespace std::chrono_literals;

namespace {
Prefix net(const char* text) { return *Prefix::parse(text); }
}  // namespace

TEST(Load, EveryKeyReachesItsPlace) {
  TempTree tree;
  tree.write("etc/isp.conf", R"(# The office line.
[Link]
Description="Office ISP, Zürich"
Device=/dev/ttyS0
Speed=115200
Connect=/etc/ghostd/isp.chat
User=office@isp.example
Address=192.0.2.77 fd00::77
Routes=10.0.0.0/8, default
MTU=1400

[Call]
IdleTimeout=1h 30min
DialTimeout=90
NegotiateTimeout=20s
PeerWait=3s
HangupTimeout=5s
RedialDelay=500ms
RedialDelayMax=5min
RedialAttempts=7
RefusedAttempts=4
RefusedDelay=2min

[Recover]
Hangup=+++ ATH
Reset=ATZ AT+CFUN=1,1
USB=1-1.4
Power=/bin/sh
After=4
Reasons=NoCarrier, TimedOut
Settle=40s
Timeout=2min
PerDay=9

[Buffer]
Packets=100
Bytes=64K
Age=infinity

[Share]
From=10.10.10.0/24 fd00:10::/64
)");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  core::LinkConfig expected;
  expected.name = "isp";
  expected.description = "Office ISP, Zürich";
  expected.ppp = {{}, "/dev/ttyS0", 115200, "/etc/ghostd/isp.chat", "office@isp.example"};
  expected.stable = {ip("192.0.2.77"), ip("fd00::77")};
  expected.routes = {net("0.0.0.0/0"), net("::/0"), net("10.0.0.0/8")};
  expected.mtu = 1400;
  expected.call = {90min, 90s, 20s, 3s, 5s, 500ms, 5min, 7, 4, 2min};
  expected.recover = {.hangup = {"+++", "ATH"},
                      .reset = {"ATZ", "AT+CFUN=1,1"},
                      .usb = "1-1.4",
                      .power = "/bin/sh",
                      .after = 4,
                      .reasons = {core::CallEnd::NoCarrier, core::CallEnd::TimedOut},
                      .settle = 40s,
                      .timeout = 2min,
                      .per_day = 9};
  expected.buffer = {100, 65536, kForever};
  expected.share = {net("10.10.10.0/24"), net("fd00:10::/64")};
  EXPECT_EQ(loaded->config, core::Config{{expected}});
  EXPECT_EQ(loaded->warnings, Diagnostics{});
}

// In text, what the quotes hold is the value. Elsewhere blanks at its ends mean nothing.
TEST(Load, WhatQuotesHoldIsTheValue) {
  for (const auto& [text, user] :
       std::vector<std::pair<std::string, std::string>>{{"\"123#0001@isp.example\"", "123#0001@isp.example"},
                                                        {"\"two words\"", "two words"},
                                                        {"\"#1\" # a comment", "#1"},
                                                        {"\" blanks \"", " blanks "},
                                                        {"it's", "it's"},
                                                        {"\"Bürö\"", "Bürö"}}) {
    TempTree tree;
    tree.write("etc/isp.conf",
               "[Link]\nDevice=\" /dev/ttyS0 \"\nSpeed=\" 9600\"\nUser=" + text +
                   "\n[Call]\nIdleTimeout=\" 1h \"\n[Announce a]\nUrl=\" https://x.example/ \"\nBody=\" # ${name} \"\n");
    const auto loaded = load(tree.roots());
    ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
    const auto& link = loaded->config.links.front();
    EXPECT_EQ(link.ppp.user, user);
    EXPECT_EQ(link.ppp.device, "/dev/ttyS0");
    EXPECT_EQ(link.ppp.speed, 9600U);
    EXPECT_EQ(link.call.idle_timeout, 1h);
    EXPECT_EQ(link.announces.front().url, "https://x.example/");
    EXPECT_EQ(link.announces.front().more.at("Body"), " # ${name} ");
  }
}

TEST(Load, TheLeastFileHasTheDefaults) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  core::LinkConfig expected;
  expected.name = "isp";
  expected.ppp.peers = {"isp"};
  expected.stable = {ip("192.0.0.2")};
  expected.routes = {net("0.0.0.0/0")};
  EXPECT_EQ(loaded->config, core::Config{{expected}});
}

TEST(Load, SeveralPeersKeepTheirOrder) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=second first, third\n");
  EXPECT_EQ(load(tree.roots())->config.links[0].ppp.peers, (std::vector<std::string>{"second", "first", "third"}));
  tree.write("etc/isp.conf.d/x.conf", "[Link]\nPeer=other\n");
  EXPECT_EQ(load(tree.roots())->config.links[0].ppp.peers, std::vector<std::string>{"other"});
}

TEST(Load, NoDirectoryMeansNoLinks) {
  const TempTree tree;
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config, core::Config{});
}

TEST(Load, Ipv6GivesAUniqueLocalAddressAndTheDefaultRoute) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\nIPv6=yes\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  const auto& link = loaded->config.links[0];
  EXPECT_EQ(link.stable, (std::vector{ip("192.0.0.2"), unique_local_address(*tree.roots().machine_id, "isp")}));
  EXPECT_EQ(link.routes, (std::vector{net("0.0.0.0/0"), net("::/0")}));
}

TEST(Load, ASpecificRouteAloneIsNoDefaultRoute) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\nRoutes=10.0.0.0/8\n");
  EXPECT_EQ(load(tree.roots())->config.links[0].routes, std::vector{net("10.0.0.0/8")});
}

TEST(Load, AnAddressOfOneFamilyAloneIsAllThereIs) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\nAddress=fd00::1\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  EXPECT_EQ(loaded->config.links[0].stable, std::vector{ip("fd00::1")});
  EXPECT_EQ(loaded->config.links[0].routes, std::vector{net("::/0")});
}

TEST(Load, AHundredLinksByNameEachWithAnAddressOfItsOwn) {
  TempTree tree;
  for (int i = 0; i < 100; ++i)
    tree.write("etc/l" + std::to_string(100 + i) + ".conf",
               i == 50 ? "[Link]\nPeer=p\nAddress=192.0.0.3\n" : "[Link]\nPeer=p\nIPv6=yes\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  const auto& links = loaded->config.links;
  ASSERT_EQ(links.size(), 100U);
  std::set<IpAddress> addresses;
  for (const auto& link : links) addresses.insert(link.stable.begin(), link.stable.end());
  EXPECT_EQ(addresses.size(), 199U);
  EXPECT_EQ(links[0].name, "l100");
  EXPECT_EQ(links[0].stable[0], ip("192.0.0.2"));
  EXPECT_EQ(links[1].stable[0], ip("192.0.0.4"));  // .3 was asked for
  EXPECT_EQ(links[50].stable[0], ip("192.0.0.3"));
  EXPECT_EQ(links[99].stable[0], ip("198.19.103.95"));
}

TEST(Load, LaterDirectoriesHideEarlierFiles) {
  TempTree tree;
  tree.write("usr/isp.conf", "[Link]\nPeer=vendor\nDescription=vendor\n");
  tree.write("run/isp.conf", "[Link]\nPeer=runtime\n");
  tree.write("usr/only.conf", "[Link]\nPeer=only\n");
  auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  ASSERT_EQ(loaded->config.links.size(), 2U);
  EXPECT_EQ(loaded->config.links[0].ppp.peers, std::vector<std::string>{"runtime"});
  EXPECT_EQ(loaded->config.links[0].description, "");
  tree.write("etc/isp.conf", "[Link]\nPeer=admin\n");
  EXPECT_EQ(load(tree.roots())->config.links[0].ppp.peers, std::vector<std::string>{"admin"});
}

TEST(Load, AnEmptyFileOrALinkToDevNullMasks) {
  for (const bool empty : {true, false}) {
    TempTree tree;
    tree.write("usr/a.conf", "[Link]\nPeer=a\n");
    tree.write("usr/b.conf", "[Link]\nPeer=b\n");
    if (empty) tree.write("etc/a.conf", "");
    else tree.link("etc/a.conf", "/dev/null");
    const auto loaded = load(tree.roots());
    ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
    ASSERT_EQ(loaded->config.links.size(), 1U);
    EXPECT_EQ(loaded->config.links[0].name, "b");
  }
}

TEST(Load, DropInsComeByFileNameAcrossDirectories) {
  TempTree tree;
  tree.write("usr/isp.conf", "[Link]\nPeer=isp\nDescription=main\nMTU=1400\n[Call]\nIdleTimeout=1min\nDialTimeout=33\n");
  tree.write("etc/isp.conf.d/10-first.conf", "[Link]\nDescription=ten\n[Call]\nIdleTimeout=2min\n");
  tree.write("usr/isp.conf.d/20-second.conf", "[Call]\nIdleTimeout=3min\n");
  tree.write("run/isp.conf.d/30-hidden.conf", "[Call]\nIdleTimeout=4min\n");
  tree.write("etc/isp.conf.d/30-hidden.conf", "[Link]\nMTU=\n");
  tree.write("usr/isp.conf.d/40-masked.conf", "[Call]\nDialTimeout=1min\n");
  tree.link("etc/isp.conf.d/40-masked.conf", "/dev/null");
  tree.write("etc/isp.conf.d/50-not.conf.bak", "[Nonsense]\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  const auto& link = loaded->config.links[0];
  EXPECT_EQ(link.description, "ten");
  EXPECT_EQ(link.call.idle_timeout, core::Duration(3min));
  EXPECT_EQ(link.call.dial_timeout, core::Duration(33s));
  EXPECT_EQ(link.mtu, core::LinkConfig{}.mtu);  // "MTU=" took the main file's back
}

TEST(Load, ADropInMayTurnAPeerIntoADevice) {
  TempTree tree;
  tree.write("usr/isp.conf", "[Link]\nPeer=isp\n");
  tree.write("etc/isp.conf.d/tty.conf", "[Link]\nPeer=\nDevice=/dev/ttyS1\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  EXPECT_EQ(loaded->config.links[0].ppp, (core::PppConfig{{}, "/dev/ttyS1", 0, "", ""}));
}

TEST(Load, DropInsWithoutTheirFileAreWarnedAbout) {
  TempTree tree;
  tree.write("etc/gone.conf.d/x.conf", "[Link]\nMTU=1400\n");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  EXPECT_EQ(tree.lines(loaded->warnings), "etc/gone.conf.d/x.conf: ignored, because there is no gone.conf for it to change\n");
}

TEST(Load, HiddenAndOtherFilesAreNoLinks) {
  TempTree tree;
  tree.write("etc/.isp.conf", "x");
  tree.write("etc/isp.conf~", "x");
  tree.write("etc/isp.conf.dpkg-old", "x");
  tree.write("etc/README", "x");
  const auto loaded = load(tree.roots());
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  EXPECT_EQ(loaded->config, core::Config{});
}

TEST(CheckFile, ReadsOneFileByItself) {
  TempTree tree;
  const auto path = tree.write("somewhere/isp.conf", "[Link]\nPeer=isp\n");
  tree.write("somewhere/isp.conf.d/x.conf", "[Nonsense]\n");
  const auto checked = check_file(path, tree.roots());
  ASSERT_TRUE(checked.has_value()) << tree.lines(checked.error());
  EXPECT_EQ(checked->config.links.size(), 1U);
  EXPECT_EQ(checked->config.links[0].name, "isp");
}

TEST(CheckFile, SaysWhatIsWrong) {
  TempTree tree;
  const auto bad = tree.write("isp.conf", "[Link]\nPer=isp\n");
  EXPECT_EQ(tree.lines(check_file(bad, tree.roots()).error()), "isp.conf:2: unknown key Per= in [Link]; did you mean Peer=?\n");
  EXPECT_EQ(tree.lines(check_file(tree.at("none.conf"), tree.roots()).error()),
            "none.conf: cannot be opened: No such file or directory\n");
  EXPECT_EQ(tree.lines(check_file(tree.write("void.conf", ""), tree.roots()).error()),
            "void.conf: the file is empty and defines no link\n");
  const auto odd = check_file(tree.write("isp.draft", "[Link]\nPeer=isp\n"), tree.roots());
  EXPECT_EQ(tree.lines(odd.error()),
            "isp.draft: link name \"isp.draft\" is not valid; use letters, digits, '_' and '-', and do not begin with '-'\n");
}
