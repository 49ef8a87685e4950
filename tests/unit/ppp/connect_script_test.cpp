// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/connect_script.hpp"

#include <gtest/gtest.h>

#include "ppp/options.hpp"
#include "told_files.hpp"

using namespace ghost;
using namespace ghost::ppp;

namespace {

PppdOptions read(std::string peer) {
  core::LinkConfig link;
  link.name = "isp";
  link.ppp.peers = {"provider"};
  ToldFiles files({{"/etc/ppp/peers/provider", std::move(peer)},
                   {"/etc/ppp/options.site", "connect 'chat -f new'"},
                   {"/etc/ppp/options", "connect 'chat -f system'"},
                   {"/etc/ppp/options.ttyS1", "connect 'chat -f line'"}});
  return read_options_of(*pppd_argv(link), files);
}

std::string command(std::string peer) { return telling_connect(read(std::move(peer)), "/run/x").command; }
std::string script(std::string peer) { return telling_connect(read(std::move(peer)), "/run/x").script; }

}  // namespace

TEST(ConnectScript, AScriptInAFileIsMadeToTell) {
  EXPECT_EQ(command("connect 'chat -f x'"), "chat -S -s -v -f x");
  EXPECT_EQ(script("connect 'chat -f x'"), "");
  EXPECT_EQ(command("connect 'chat -f a'\n# connect 'chat -f b'\nconnect 'chat -f c'"),
            "chat -S -s -v -f c");  // the last one counts
  EXPECT_EQ(command("connect '/usr/sbin/chat -V -t 45  -e -r /var/log/r -f x'"),
            "/usr/sbin/chat -S -s -v -V -t 45 -e -r /var/log/r -f x");
  EXPECT_EQ(command("connect \"chat -v -f old\"\nfile /etc/ppp/options.site"), "chat -S -s -v -f new");
  EXPECT_EQ(command("file /etc/ppp/options.site\nconnect chat\\ -f\\ old"), "chat -S -s -v -f old");
  EXPECT_EQ(command("noauth"), "chat -S -s -v -f system");
  EXPECT_EQ(command("/dev/ttyS1"), "chat -S -s -v -f line");
  EXPECT_EQ(command("/dev/ttyS1 connect 'chat -f peer'"),
            "chat -S -s -v -f peer");  // the line's own file yields to the arguments
  // A line of another kind has no connect script.
  EXPECT_EQ(command("plugin pppoe.so nic-eth0"), "");
}

// Every user can read pppd's arguments.
TEST(ConnectScript, AScriptWithinTheCommandIsStored) {
  const auto* const peer =
      R"(connect "/usr/sbin/chat -t 5 ABORT ERROR ABORT 'NO CARRIER' '' AT OK 'AT+CPIN=1234' OK ATD*99# CONNECT ''")";
  EXPECT_EQ(command(peer), "/usr/sbin/chat -S -s -v -t 5 -f /run/x");
  EXPECT_EQ(script(peer),
            "\"ABORT\"\n\"ERROR\"\n\"ABORT\"\n\"NO CARRIER\"\n\"\"\n\"AT\"\n\"OK\"\n\"AT+CPIN=1234\"\n\"OK\"\n\"ATD*99#\"\n"
            "\"CONNECT\"\n\"\"\n");
  EXPECT_EQ(script(R"(connect 'chat "" "AT\\dDT" CONNECT "say \\"x\\""')"), "\"\"\n\"AT\\dDT\"\n\"CONNECT\"\n'say \"x\"'\n");
  EXPECT_EQ(script(R"(connect "chat '' 'it is # and \\c'")"), "\"\"\n\"it is # and \\c\"\n");
}

TEST(ConnectScript, WhatAShellMayReadOtherwiseIsLeftAlone) {
  for (const auto* mute :
       {"connect chat", "connect 'chat -v'", "connect 'chat -f'", "connect \"chat '' AT\\\"x\"", "connect 'chat -f a\nb'",
        "connect 'chat -f x ogin: me'", "connect 'chat -T 5551234 -f x'", "connect 'chat -U 1 x'", "connect 'chat -S -f x -x'",
        "connect 'chat -f $HOME/x'", "connect 'chat -f x; reboot'", "connect 'chat \"\" `number`'", "connect 'chat \"\" #x'",
        "connect 'chat -f ~/x'", "connect 'chat \"\" AT\\\\'", "connect 'chat \"\" a > log'"}) {
    EXPECT_EQ(command(mute), "") << mute;
    EXPECT_TRUE(chat_is_mute(read(mute))) << mute;
  }
  for (const auto* other :
       {"connect '/usr/local/bin/dial'", "connect 'sh -c \"chat x\"'", "connect 'chatty -f x'", "connect 'chat -s -T 1 -f x'"}) {
    EXPECT_EQ(command(other), "") << other;
    EXPECT_FALSE(chat_is_mute(read(other))) << other;
  }
}
