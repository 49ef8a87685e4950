// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/options.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "told_files.hpp"

using namespace ghost;
using namespace ghost::ppp;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

namespace {

core::LinkConfig peer_link() {
  core::LinkConfig link;
  link.name = "isp";
  link.ppp.peers = {"provider"};
  link.stable = {*IpAddress::parse("192.0.0.2")};
  return link;
}

core::LinkConfig modem_link() {
  auto link = peer_link();
  link.ppp = {.peers = {}, .device = "/dev/ttyS0", .speed = 115200, .connect = "/etc/ppp/chat/isp", .user = "bob@isp"};
  return link;
}

PppdOptions read_peer(const core::LinkConfig& link, std::map<std::string, std::string> files) {
  ToldFiles told(std::move(files));
  return read_options_of(*pppd_argv(link), told);
}

std::size_t position(const std::vector<std::string>& argv, std::string_view word) {
  return static_cast<std::size_t>(std::find(argv.begin(), argv.end(), word) - argv.begin());
}

std::string after(const std::vector<std::string>& argv, std::string_view word) {
  const auto at = position(argv, word);
  return at + 1 < argv.size() ? argv[at + 1] : std::string("(nothing)");
}

}  // namespace

TEST(Options, APeerFileIsCalledBetweenDefaultsAndEssentials) {
  EXPECT_THAT(*pppd_argv(peer_link()),
              ElementsAre("/usr/sbin/pppd", "noauth", "usepeerdns", "ipcp-accept-local", "ipcp-accept-remote",
                          "lcp-echo-interval", "20", "lcp-echo-failure", "3", "call", "provider", "nodetach", "nopersist",
                          "maxfail", "1", "idle", "0", "logfd", "2", "hide-password", "nodefaultroute", "noipdefault", "ifname",
                          "ppp-isp", "linkname", "isp", "ipparam", "isp", "noipv6"));
}

TEST(Options, APeerFileMayNameAnotherScriptThanOurs) {
  const auto argv = *pppd_argv(peer_link(), {.pppd = "pppd", .chat = "chat", .scripts = "/usr/libexec/ghostd/ppp"});
  EXPECT_EQ(after(argv, "ip-up-script"), "/usr/libexec/ghostd/ppp/ip-up");
  EXPECT_EQ(after(argv, "ip-down-script"), "/usr/libexec/ghostd/ppp/ip-down");
  EXPECT_LT(position(argv, "ip-up-script"), position(argv, "call"));
}

TEST(Options, AModemIsDialledByChat) {
  const auto argv = *pppd_argv(modem_link());
  EXPECT_THAT(argv, IsSupersetOf({"/dev/ttyS0", "115200", "modem", "lock"}));
  EXPECT_THAT(argv, Not(Contains("local")));
  EXPECT_THAT(argv, Not(Contains("call")));
  EXPECT_EQ(after(argv, "connect"), "/usr/sbin/chat -v -S -s -f /etc/ppp/chat/isp");
  EXPECT_EQ(after(argv, "user"), "bob@isp");
}

TEST(Options, ACableHasNoCarrierToWaitFor) {
  auto link = modem_link();
  link.ppp.connect.clear();
  link.ppp.speed = 0;
  const auto argv = *pppd_argv(link);
  EXPECT_THAT(argv, Contains("local"));
  EXPECT_THAT(argv, Not(Contains("modem")));
  EXPECT_EQ(after(argv, "/dev/ttyS0"), "lock");
}

TEST(Options, Ipv6FollowsTheStableAddresses) {
  auto link = peer_link();
  link.stable.push_back(*IpAddress::parse("2001:db8::1"));
  const auto argv = *pppd_argv(link);
  EXPECT_THAT(argv, IsSupersetOf({"+ipv6", "nodefaultroute6"}));
  EXPECT_THAT(argv, Not(Contains("noipv6")));
}

TEST(Options, WhatAShellOrPppdWouldReadAsMoreThanAWordIsRefused) {
  for (const auto* bad : {"", "relative", "/a b", "/a;reboot", "/a$(x)", "/a`x`", "/a\nb", "/a'b", "/a\"b", "/a\\b", "/a/../b",
                          "/a|b", "/a&", "/a>b", "/a*", "/a\xc3\xa9"}) {
    auto link = modem_link();
    link.ppp.device = bad;
    EXPECT_FALSE(pppd_argv(link)) << bad;
    link = modem_link();
    link.ppp.connect = bad;
    EXPECT_EQ(pppd_argv(link).has_value(), *bad == '\0') << bad;  // an empty Connect= is none
  }
  for (const auto* bad : {"/etc/passwd", "../x", "-x", "a b", "a\nb", "a;b"}) {
    auto link = peer_link();
    link.ppp.peers = {bad};
    const auto argv = pppd_argv(link);
    ASSERT_FALSE(argv) << bad;
    EXPECT_THAT(argv.error(), HasSubstr("Peer="));
  }
  auto link = modem_link();
  link.ppp.user = "bob\ncall evil";
  EXPECT_FALSE(pppd_argv(link));
  link = modem_link();
  link.name = "../x";
  EXPECT_FALSE(pppd_argv(link));
}

TEST(Options, TheEchoIntervalIsTheOneThatPppdGets) {
  const auto of = [](std::string peer) {
    return echo_interval(read_peer(peer_link(), {{"/etc/ppp/peers/provider", std::move(peer)}}));
  };
  EXPECT_EQ(of(""), kEchoInterval);
  EXPECT_EQ(of("lcp-echo-interval 5\n# lcp-echo-interval 6\nlcp-echo-interval 7 # 8"), std::chrono::seconds(7));
  EXPECT_EQ(of("lcp-echo-interval 0"), std::chrono::seconds(0));
  EXPECT_EQ(of("lcp-echo-interval 0x10s"), std::chrono::seconds(16));
  EXPECT_EQ(of("user lcp-echo-interval"), kEchoInterval);
}

TEST(Options, AConnectScriptOfOursComesAfterThePeerFile) {
  const auto argv = *pppd_argv(peer_link(), {}, "/usr/sbin/chat -s -v -f /etc/chatscripts/isp");
  EXPECT_EQ(after(argv, "provider"), "connect");
  EXPECT_EQ(after(argv, "connect"), "/usr/sbin/chat -s -v -f /etc/chatscripts/isp");
}
