// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_judgement.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "ppp/options.hpp"
#include "told_files.hpp"

using namespace ghost;
using namespace ghost::ppp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Files = std::map<std::string, std::string>;

namespace {

PppdOptions with(Files files) {
  core::LinkConfig link;
  link.name = "isp";
  link.ppp.peers = {"isp"};
  ToldFiles told(std::move(files));
  return read_options_of(*pppd_argv(link), told);
}

PppdOptions options_of(std::string text) { return with({{"/etc/ppp/peers/isp", std::move(text)}}); }

std::vector<std::string> judged(const PppdOptions& options) {
  std::vector<std::string> out;
  for (const auto& remark : judgement(options)) out.push_back(remark.str());
  return out;
}

std::string refused(const PppdOptions& options) {
  const auto remark = refusal(options);
  return remark ? remark->str() : "";
}

}  // namespace

TEST(OptionJudgement, DemandIsRefusedWhereverItStands) {
  constexpr auto* kWhy = ": \"demand\" cannot be used with ghostd, because pppd would dial by itself; remove it";
  const std::string text = "\ndemand";
  for (const auto& [files, where] : std::vector<std::pair<Files, std::string>>{
           {{{"/etc/ppp/peers/isp", text}}, "/etc/ppp/peers/isp:2"},
           {{{"/etc/ppp/peers/isp", "file /etc/ppp/options.line"}, {"/etc/ppp/options.line", text}}, "/etc/ppp/options.line:2"},
           {{{"/etc/ppp/peers/isp", "call b"}, {"/etc/ppp/peers/b", text}}, "/etc/ppp/peers/b:2"},
           {{{"/etc/ppp/peers/isp", ""}, {"/etc/ppp/options", text}}, "/etc/ppp/options:2"},
           {{{"/etc/ppp/peers/isp", ""}, {"/root/.ppprc", text}}, "/root/.ppprc:2"},
           {{{"/etc/ppp/peers/isp", "/dev/ttyS0"}, {"/etc/ppp/options.ttyS0", text}}, "/etc/ppp/options.ttyS0:2"},
       }) {
    EXPECT_EQ(refused(with(files)), where + kWhy);
    EXPECT_THAT(judged(with(files)), ElementsAre(where + kWhy));
  }
}

TEST(OptionJudgement, WhatNoLaterOptionTakesBackIsRefused) {
  for (const auto* word : {"demand", "dryrun", "show-options", "--help", "-h", "--version", "-v", "notty"})
    EXPECT_THAT(refused(options_of(word)), HasSubstr("cannot be used with ghostd")) << word;
  for (const auto* fine : {"user demand", "# demand", "connect 'chat demand'", "ipparam on-demand", "nodetach persist updetach"})
    EXPECT_EQ(refused(options_of(fine)), "") << fine;
}

TEST(OptionJudgement, FilesThatCannotBeReadToTheirEndAreRefused) {
  EXPECT_THAT(refused(options_of("file /etc/ppp/peers/isp")), HasSubstr("/etc/ppp/peers/isp:1: "));
  EXPECT_THAT(refused(with({{"/etc/ppp/peers/isp/", ""}})), HasSubstr("is a directory"));
}

// pppd itself says why it refuses.
TEST(OptionJudgement, WhatPppdRefusesIsLeftToPppd) {
  EXPECT_EQ(refused(options_of("foo")), "");
  EXPECT_EQ(refused(with({})), "");
  EXPECT_THAT(judged(options_of("foo")), ElementsAre("/etc/ppp/peers/isp:1: pppd has no option \"foo\""));
}

TEST(OptionJudgement, WhatGhostdOverrides) {
  EXPECT_THAT(judged(options_of("persist\nidle 300\nupdetach\nmaxfail 0\ndefaultroute\nlogfile /x\nipparam x\nunit 3\n")),
              ElementsAre("/etc/ppp/peers/isp:1: \"persist\" has no effect, because ghostd gives pppd \"nopersist\"",
                          "/etc/ppp/peers/isp:2: \"idle 300\" has no effect, because ghostd gives pppd \"idle 0\"",
                          "/etc/ppp/peers/isp:3: \"updetach\" has no effect, because ghostd gives pppd \"nodetach\"",
                          "/etc/ppp/peers/isp:4: \"maxfail 0\" has no effect, because ghostd gives pppd \"maxfail 1\"",
                          "/etc/ppp/peers/isp:5: \"defaultroute\" has no effect, because ghostd gives pppd \"nodefaultroute\"",
                          "/etc/ppp/peers/isp:6: \"logfile /x\" has no effect, because ghostd gives pppd \"logfd 2\"",
                          "/etc/ppp/peers/isp:7: \"ipparam x\" has no effect, because ghostd gives pppd \"ipparam isp\""));
  EXPECT_THAT(judged(options_of("nodetach -detach nopersist maxfail 1 idle 0 ipparam isp -ipv6 noipdefault lcp-echo-interval 5")),
              IsEmpty());
  EXPECT_THAT(judged(with({{"/etc/ppp/peers/isp", "/dev/ttyS0"}, {"/etc/ppp/options.ttyS0", "idle 9"}})),
              ElementsAre("/etc/ppp/options.ttyS0:1: \"idle 9\" has no effect, because ghostd gives pppd \"idle 0\""));
  // It comes after ghostd's nodefaultroute.
  EXPECT_THAT(judged(with({{"/etc/ppp/peers/isp", "/dev/ttyS0"}, {"/etc/ppp/options.ttyS0", "defaultroute"}})),
              ElementsAre("/etc/ppp/options.ttyS0:1: \"defaultroute\" cannot stand after \"nodefaultroute\"; remove it"));
}

TEST(OptionJudgement, AFileThatOverridesGhostdIsRefused) {
  const auto of_interface = [](std::string text) {
    return refused(with({{"/etc/ppp/peers/isp", "plugin pppoe.so nic-eth0"}, {"/etc/ppp/options.eth0", std::move(text)}}));
  };
  for (const auto* word : {"persist", "updetach", "maxfail 0", "idle 300", "logfile /x", "show-password", "ifname ppp0",
                           "linkname x", "ipparam x", "+ipv6"})
    EXPECT_THAT(of_interface(word), HasSubstr(std::string("/etc/ppp/options.eth0:1: \"") + word + "\" would override ")) << word;
  EXPECT_EQ(of_interface("nopersist -detach idle 0 ipparam isp user me lcp-echo-interval 5"), "");
}

TEST(OptionJudgement, AChatThatIsNotHeard) {
  EXPECT_THAT(judged(options_of("\nconnect \"chat -T 5551234 -f x\"")),
              ElementsAre("/etc/ppp/peers/isp:2: why this chat fails cannot be known; write its script into a file (-f)"));
  EXPECT_THAT(judged(options_of("connect \"chat -f x\"")), IsEmpty());
  EXPECT_THAT(judged(options_of("connect \"chat '' ATDT1 CONNECT ''\"")), IsEmpty());
}

TEST(OptionJudgement, AProgramThatTellsNoReason) {
  const auto silent = [](std::string_view at, std::string_view name) {
    return fmt::format(
        "/etc/ppp/peers/isp:{}: ghostd will not know why the program of \"{}\" fails, because it understands only a chat(8) of \"connect\"",
        at, name);
  };
  EXPECT_THAT(judged(options_of("connect \"/usr/bin/wvdial --chat isp\"")), ElementsAre(silent("1", "connect")));
  EXPECT_THAT(judged(options_of("init \"chat '' ATZ OK\"\nconnect \"chat '' ATDT1 CONNECT ''\"")),
              ElementsAre(silent("1", "init")));
  EXPECT_THAT(judged(with({{"/etc/ppp/peers/isp", "pty \"ssh hut pppd notty\""}})), ElementsAre(silent("1", "pty")));
}
