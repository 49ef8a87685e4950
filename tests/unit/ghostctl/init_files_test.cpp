// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_files.hpp"

#include <gmock/gmock.h>

#include "../ppp/told_files.hpp"
#include "ppp/connect_script.hpp"
#include "ppp/option_judgement.hpp"
#include "ppp/options.hpp"

namespace ghost::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> places(const std::vector<NewFile>& files) {
  std::vector<std::string> out;
  for (const auto& file : files) out.push_back(file.path);
  return out;
}

Answers modem() {
  Answers a;
  a.name = "isp";
  a.way = Way::modem;
  a.tty = "/dev/ttyUSB0";
  a.number = "5551234";
  a.user = "gh\"o\\st";
  return a;
}

TEST(InitFiles, AnExistingPeerNeedsOnlyALink) {
  Answers a;
  a.name = "two";
  a.way = Way::peer;
  a.peer = "work";
  a.idle = "2min";
  const auto files = plan_files(a, {}, IpAddress::parse("192.0.0.3"), false);
  ASSERT_THAT(places(files), ElementsAre("/etc/ghostd/links/two.conf"));
  EXPECT_EQ(files[0].text,
            "# Made by \"ghostctl init\". ghostd.link(5) describes every key.\n"
            "[Link]\nPeer=work\nAddress=192.0.0.3\n\n[Call]\nIdleTimeout=2min\n");
  EXPECT_EQ(files[0].mode, 0644u);
  EXPECT_FALSE(files[0].replaces);
}

ppp::PppdOptions read(const std::string& name, const std::string& peer) {
  core::LinkConfig link;
  link.name = name;
  link.ppp.peers = {name};
  ppp::ToldFiles told(std::map<std::string, std::string>{{"/etc/ppp/peers/" + name, peer}});
  return ppp::read_options_of(*ppp::pppd_argv(link), told);
}

TEST(InitFiles, AModemHasItsLinkLast) {
  const auto files = plan_files(modem(), {}, {}, true);
  EXPECT_THAT(places(files), ElementsAre("/etc/chatscripts/isp", "/etc/ppp/peers/isp", "/etc/ghostd/links/isp.conf"));
  for (const auto& file : files) EXPECT_TRUE(file.replaces);
}

// ghostd reads these files, too (ppp/options.hpp): it must find nothing to refuse, and a chat whose reasons it can hear.
TEST(InitFiles, GhostdAcceptsThePeerOfAModem) {
  const auto peer = plan_files(modem(), {}, {}, false)[1].text;
  EXPECT_THAT(ppp::judgement(read("isp", peer)), IsEmpty());
  EXPECT_EQ(ppp::telling_connect(read("isp", peer), "").command, "/usr/sbin/chat -S -s -v -v -f /etc/chatscripts/isp");
  EXPECT_THAT(peer, HasSubstr("\n/dev/ttyUSB0\n115200\n"));
  EXPECT_THAT(peer, HasSubstr("\nuser \"gh\\\"o\\\\st\"\n"));
}

TEST(InitFiles, TheScriptDialsANumberOrThroughAnApn) {
  auto a = modem();
  EXPECT_THAT(plan_files(a, {}, {}, false)[0].text, HasSubstr("\nOK ATDT5551234\n"));
  a.number.reset();
  a.apn = "web.example";
  EXPECT_THAT(plan_files(a, {}, {}, false)[0].text, HasSubstr("\nOK 'AT+CGDCONT=1,\"IP\",\"web.example\"'\nOK ATD*99#\n"));
  a.number = "*99***1#";
  EXPECT_THAT(plan_files(a, {}, {}, false)[0].text, HasSubstr("\nOK ATD*99***1#\n"));
}

TEST(InitFiles, APppoeLineUsesThePluginThatIsThere) {
  Answers a;
  a.name = "dsl";
  a.way = Way::pppoe;
  a.interface = "eth0";
  a.user = "me@isp";
  const auto files = plan_files(a, {.pppoe_plugin = "rp-pppoe.so"}, {}, false);
  ASSERT_THAT(places(files), ElementsAre("/etc/ppp/peers/dsl", "/etc/ghostd/links/dsl.conf"));
  EXPECT_THAT(files[0].text, HasSubstr("\nplugin rp-pppoe.so\nnic-eth0\nuser \"me@isp\"\n"));
  EXPECT_THAT(ppp::judgement(read("dsl", files[0].text)), IsEmpty());
}

TEST(InitFiles, NoFileOrItsPictureHasTheSecret) {
  auto a = modem();
  a.secret = "boo-in-the-night";
  for (const auto& file : plan_files(a, {}, {}, false)) {
    EXPECT_THAT(file.text, Not(HasSubstr("boo")));
    EXPECT_THAT(file.shown, Not(HasSubstr("boo")));
  }
}

}  // namespace
}  // namespace ghost::init
