// SPDX-License-Identifier: GPL-2.0-or-later
// Bad configurations and the exact words for them. Each is refused whole.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "config/syntax.hpp"
#include "temp_tree.hpp"

using namespace ghost::config;

namespace {

struct Row {
  std::string text;
  std::string expected;
};

}  // namespace

TEST(BadInput, OneFileOneFault) {
  const std::vector<Row> rows{
      {"[Lnik]\nPeer=isp\n", "etc/isp.conf:1: unknown section [Lnik]; did you mean [Link]?\n"},
      {"[Link]\nPeer=isp\n[Rule web]\nMatch=tcp dport 80\n", "etc/isp.conf:3: unknown section [Rule web]\n"},
      {"[Link]\nPeer=isp\n[Apear]\n", "etc/isp.conf:3: unknown section [Apear]; did you mean [Appear]?\n"},
      {"[Link]\nPeer=isp\n[Call]\nIdelTimeout=5\n",
       "etc/isp.conf:4: unknown key IdelTimeout= in [Call]; did you mean IdleTimeout=?\n"},
      {"[Link]\nPeer=isp\nIdleTimeout=5\n", "etc/isp.conf:3: unknown key IdleTimeout= in [Link]; it belongs in [Call]\n"},
      {"[Link]\nPeer=isp\nColour=red\n", "etc/isp.conf:3: unknown key Colour= in [Link]\n"},
      {"[Link]\nPeer=isp\npeer=isp\n", "etc/isp.conf:3: unknown key peer= in [Link]; did you mean Peer=?\n"},
      {"[Link]\nPeer=isp\nPeer=isp\n", "etc/isp.conf:3: duplicate key Peer= in [Link], first given in line 2\n"},
      {"[Link]\nPeer=isp\nnonsense\n", "etc/isp.conf:3: not a [Section], a Key=value or a comment\n"},

      {"\n[Link]\nDescription=x\n", "etc/isp.conf:2: the link has neither Peer= nor Device=; write one of them in [Link]\n"},
      {"[Call]\nIdleTimeout=5\n", "etc/isp.conf:1: the link has neither Peer= nor Device=; write one of them in [Link]\n"},
      {"# nothing\n", "etc/isp.conf:1: the link has neither Peer= nor Device=; write one of them in [Link]\n"},
      {"[Link]\nDevice=/dev/ttyS0\nPeer=isp\n",
       "etc/isp.conf:2: Device= and Peer= (line 3 of etc/isp.conf) cannot be used together; remove one\n"},
      {"[Link]\nPeer=isp\nSpeed=9600\n", "etc/isp.conf:3: Speed= needs Device=; with Peer=, write it in the peer file\n"},
      {"[Link]\nPeer=isp\nConnect=/x\n", "etc/isp.conf:3: Connect= needs Device=; with Peer=, write it in the peer file\n"},
      {"[Link]\nPeer=isp\nUser=me\n", "etc/isp.conf:3: User= needs Device=; with Peer=, write it in the peer file\n"},

      {"[Link]\nPeer=../../etc/shadow\n",
       "etc/isp.conf:2: bad value \"../../etc/shadow\" for Peer=: ../../etc/shadow is not the name of a file in /etc/ppp/peers\n"},
      {"[Link]\nPeer=isp -detach\n",
       "etc/isp.conf:2: bad value \"isp -detach\" for Peer=: -detach is not the name of a file in /etc/ppp/peers\n"},
      {"[Link]\nPeer=a b a\n", "etc/isp.conf:2: bad value \"a b a\" for Peer=: a is named twice; keep one\n"},
      {"[Link]\nPeer=,\n", "etc/isp.conf:2: bad value \",\" for Peer=: the list is empty\n"},
      {"[Link]\nPeer=a b c d e f g h i j k l m n o p q\n",
       "etc/isp.conf:2: bad value \"a b c d e f g h i j k l m n o p q\" for Peer=: 17 names; at most 16 are allowed\n"},
      {"[Link]\nPeer=-v\n", "etc/isp.conf:2: bad value \"-v\" for Peer=: -v is not the name of a file in /etc/ppp/peers\n"},
      {"[Link]\nPeer=isp\"x\n",
       "etc/isp.conf:2: unpaired double quotes; write a pair around the whole value, or inside a value that does not begin with "
       "one\n"},
      {"[Link]\nPeer=is\vp\n", "etc/isp.conf:2: control character 0x0b\n"},
      {"[Link]\nDevice=ttyS0\n", "etc/isp.conf:2: bad value \"ttyS0\" for Device=: not an absolute path; begin it with \"/\"\n"},
      {"[Link]\nDevice=/dev/../tmp/x\n",
       "etc/isp.conf:2: bad value \"/dev/../tmp/x\" for Device=: not a plain path; use letters, digits and ._-+@:/, without "
       "\"..\"\n"},
      {"[Link]\nDevice=/dev/ttyS0\nConnect=/bin/chat; reboot\n",
       "etc/isp.conf:3: bad value \"/bin/chat; reboot\" for Connect=: not a plain path; use letters, digits and ._-+@:/, without "
       "\"..\"\n"},
      {"[Link]\nDevice=/dev/ttyS0\nSpeed=fast\n",
       "etc/isp.conf:3: bad value \"fast\" for Speed=: not a number from 50 to 100000000\n"},
      {"[Link]\nDevice=/dev/ttyS0\nUser=-v\n",
       "etc/isp.conf:3: bad value \"-v\" for User=: not a valid name; do not begin it with \"-\"\n"},
      {"[Link]\nDevice=/dev/ttyS0\nUser=a\tb\n",
       "etc/isp.conf:3: bad value \"a\tb\" for User=: not a valid name; a tab is not allowed\n"},
      {"[Link]\nPeer=isp\nMTU=67\n", "etc/isp.conf:3: bad value \"67\" for MTU=: not a number from 68 to 65535\n"},
      {"[Link]\nPeer=isp\nIPv6=yes\nMTU=1279\n",
       "etc/isp.conf:4: MTU= must be at least 1280 on a link with an IPv6 address (RFC 8200)\n"},
      {"[Link]\nPeer=isp\nIPv6=maybe\n", "etc/isp.conf:3: bad value \"maybe\" for IPv6=: write yes or no\n"},
      {"[Link]\nPeer=isp\nIPv6=no\nAddress=fd00::1\n",
       "etc/isp.conf:3: IPv6=no contradicts the IPv6 address in Address=; remove one of them\n"},
      {"[Link]\nPeer=isp\nAddress=192.0.0.2/32\n",
       "etc/isp.conf:3: bad value \"192.0.0.2/32\" for Address=: 192.0.0.2/32 is not an IP address\n"},
      {"[Link]\nPeer=isp\nAddress=127.0.0.1\n",
       "etc/isp.conf:3: bad value \"127.0.0.1\" for Address=: 127.0.0.1 is not an address that a host can keep\n"},
      {"[Link]\nPeer=isp\nAddress=ff02::1\n",
       "etc/isp.conf:3: bad value \"ff02::1\" for Address=: ff02::1 is not an address that a host can keep\n"},
      {"[Link]\nPeer=isp\nAddress=192.0.0.2 192.0.0.3\n",
       "etc/isp.conf:3: bad value \"192.0.0.2 192.0.0.3\" for Address=: more than one IPv4 address; keep one\n"},
      {"[Link]\nPeer=isp\nRoutes=10.0.0.1/8\n",
       "etc/isp.conf:3: bad value \"10.0.0.1/8\" for Routes=: 10.0.0.1/8 has bits set after the prefix; did you mean "
       "10.0.0.0/8?\n"},
      {"[Link]\nPeer=isp\nRoutes=nowhere\n",
       "etc/isp.conf:3: bad value \"nowhere\" for Routes=: nowhere is not an address prefix, such as 10.0.0.0/8\n"},
      {"[Link]\nPeer=isp\nRoutes=,\n", "etc/isp.conf:3: bad value \",\" for Routes=: the list is empty\n"},
      {"[Link]\nPeer=isp\nRoutes=2001:db8::/32\n",
       "etc/isp.conf:3: Routes= has 2001:db8::/32, but the link has no IPv6 address; write IPv6=yes, or add one to Address=\n"},

      {"[Link]\nPeer=isp\n[Call]\nIdleTimeout=0\n", "etc/isp.conf:4: bad value \"0\" for IdleTimeout=: must be at least 1s\n"},
      {"[Link]\nPeer=isp\n[Call]\nIdleTimeout=soon\n",
       "etc/isp.conf:4: bad value \"soon\" for IdleTimeout=: not a time span, such as 90s, 5min or \"1h 30min\"\n"},
      {"[Link]\nPeer=isp\n[Call]\nDialTimeout=infinity\n",
       "etc/isp.conf:4: bad value \"infinity\" for DialTimeout=: infinity is not allowed here\n"},
      {"[Link]\nPeer=isp\n[Call]\nHangupTimeout=31s\n",
       "etc/isp.conf:4: bad value \"31s\" for HangupTimeout=: must be at most 30s\n"},
      {"[Link]\nPeer=isp\nMetric=0\n", "etc/isp.conf:3: bad value \"0\" for Metric=: not a number from 1 to 4294967294\n"},
      {"[Link]\nPeer=isp\nMetric=4294967295\n",
       "etc/isp.conf:3: bad value \"4294967295\" for Metric=: not a number from 1 to 4294967294\n"},
      {"[Link]\nPeer=isp\nStandbyLinger=1min\n",
       "etc/isp.conf:3: StandbyLinger= needs Metric=, because only a standby link gives way to another route\n"},
      {"[Link]\nPeer=isp\n[Call]\nRedialDelay=1ms\n",
       "etc/isp.conf:4: bad value \"1ms\" for RedialDelay=: must be at least 100ms\n"},
      {"[Link]\nPeer=isp\n[Call]\nRedialDelay=121min\n", "etc/isp.conf:4: RedialDelay= is longer than RedialDelayMax=\n"},
      {"[Link]\nPeer=isp\n[Call]\nRedialAttempts=-1\n",
       "etc/isp.conf:4: bad value \"-1\" for RedialAttempts=: not a number from 0 to 1000000\n"},
      {"[Link]\nPeer=isp\n[Recover]\nReset=ATZ reboot\n",
       "etc/isp.conf:4: bad value \"ATZ reboot\" for Reset=: reboot is not an AT command; write words that begin with AT, or +++\n"},
      {"[Link]\nPeer=isp\n[Recover]\nReset=AT+CFUN=1,1 AT+cpin=1234\n",
       "etc/isp.conf:4: bad value \"AT+CFUN=1,1 AT+cpin=1234\" for Reset=: a step must not send a PIN: it is repeated, and three wrong "
       "ones lock the card; send it in the connect script\n"},
      {"[Link]\nPeer=isp\n[Recover]\nUSB=1-\n",
       "etc/isp.conf:4: bad value \"1-\" for USB=: write yes, no, or a port as /sys/bus/usb/devices names it, such as 1-1.4\n"},
      {"[Link]\nPeer=isp\n[Recover]\nUSB=yes\nReasons=NoCarier\n",
       "etc/isp.conf:5: bad value \"NoCarier\" for Reasons=: NoCarier is not a reason; did you mean NoCarrier?\n"},
      {"[Link]\nPeer=isp\n[Recover]\nAfter=3\n",
       "etc/isp.conf:4: After= needs a step to take; write Hangup=, Reset=, USB= or Power= in [Recover]\n"},
      {"[Link]\nPeer=isp\n[Recover]\nUSB=no\nPerDay=3\n",
       "etc/isp.conf:5: PerDay= needs a step to take; write Hangup=, Reset=, USB= or Power= in [Recover]\n"},
      {"[Link]\nPeer=isp\n[Recover]\nPower=/no/such\n",
       "etc/isp.conf:4: Power= names a program that ghostd does not run as root: /no/such: No such file or directory\n"},
      {"[Link]\nPeer=isp\n[Recover]\nPower=/usr/sbin\n",
       "etc/isp.conf:4: Power= names a program that ghostd does not run as root: /usr/sbin is not a regular file\n"},
      {"[Link]\nPeer=isp\n[Recover]\nPower=/tmp\n",
       "etc/isp.conf:4: Power= names a program that ghostd does not run as root: everybody may write to /tmp; run chmod go-w\n"},
      {"[Link]\nPeer=isp\n[Call]\nRefusedAttempts=0\n",
       "etc/isp.conf:4: bad value \"0\" for RefusedAttempts=: not a number from 1 to 1000000\n"},
      {"[Link]\nPeer=isp\n[Call]\nRefusedDelay=10ms\n",
       "etc/isp.conf:4: bad value \"10ms\" for RefusedDelay=: must be at least 1s\n"},
      {"[Link]\nPeer=isp\n[Buffer]\nPackets=0\n",
       "etc/isp.conf:4: bad value \"0\" for Packets=: not a number from 1 to 1000000\n"},
      {"[Link]\nPeer=isp\n[Buffer]\nBytes=1.5M\n",
       "etc/isp.conf:4: bad value \"1.5M\" for Bytes=: not a size, such as 65536, 64K or 1M\n"},
      {"[Link]\nPeer=isp\n[Buffer]\nBytes=1G\n",
       "etc/isp.conf:4: bad value \"1G\" for Bytes=: not a size from 1280 bytes to 64M\n"},
      {"[Link]\nPeer=isp\n[Buffer]\nBytes=1400\n", "etc/isp.conf:4: Bytes=1400 is less than one packet of MTU=1500\n"},
      {"[Link]\nPeer=isp\n[Buffer]\nAge=0\n", "etc/isp.conf:4: bad value \"0\" for Age=: must be at least 1s\n"},
      {"[Link]\nPeer=isp\n[Share]\nFrom=0.0.0.0/0\n",
       "etc/isp.conf:4: bad value \"0.0.0.0/0\" for From=: 0.0.0.0/0 covers all addresses; write the prefix of a LAN\n"},
      {"[Link]\nPeer=isp\n[Share]\nFrom=fd00::/64\n",
       "etc/isp.conf:4: From= has fd00::/64, but the link has no IPv6 address; write IPv6=yes, or add one to Address=\n"},
  };
  TempTree tree;
  for (const auto& row : rows) {
    tree.write("etc/isp.conf", row.text);
    auto said = tree.errors();
    EXPECT_EQ(said, row.expected) << row.text;
  }
}

TEST(BadInput, AllFaultsAreToldAtOnceInReadingOrder) {
  TempTree tree;
  tree.write("etc/b.conf", "[Link]\nPeer=b\nMTU=x\nbad\n[Call]\nIdleTimeout=0\nDialTime=1\n[Void]\n");
  tree.write("etc/b.conf.d/x.conf", "[Buffer]\nAge=never\n");
  tree.write("etc/a.conf", "[Link]\nMTU=0\nSpeed=0\n");
  EXPECT_EQ(tree.errors(),
            "etc/a.conf:2: bad value \"0\" for MTU=: not a number from 68 to 65535\n"
            "etc/a.conf:3: bad value \"0\" for Speed=: not a number from 50 to 100000000\n"
            "etc/b.conf:3: bad value \"x\" for MTU=: not a number from 68 to 65535\n"
            "etc/b.conf:4: not a [Section], a Key=value or a comment\n"
            "etc/b.conf:6: bad value \"0\" for IdleTimeout=: must be at least 1s\n"
            "etc/b.conf:7: unknown key DialTime= in [Call]; did you mean DialTimeout=?\n"
            "etc/b.conf:8: unknown section [Void]\n"
            "etc/b.conf.d/x.conf:2: bad value \"never\" for Age=: not a time span, such as 90s, 5min or \"1h 30min\"\n");
}

TEST(BadInput, OneAddressTwoLinks) {
  TempTree tree;
  tree.write("etc/a.conf", "[Link]\nPeer=a\nAddress=192.0.0.4\n");
  tree.write("etc/b.conf", "[Link]\nPeer=b\n\nAddress=192.0.0.4\n");
  EXPECT_EQ(tree.errors(), "etc/b.conf:4: 192.0.0.4 is already the stable address of link a; write another\n");
}

TEST(BadInput, AStandbyAndAFirstNeedNotFightForAPrefix) {
  TempTree tree;
  tree.write("etc/a.conf", "[Link]\nPeer=a\nRoutes=default 198.51.100.0/24\n");
  tree.write("etc/b.conf", "[Link]\nPeer=b\nMetric=999\nRoutes=198.51.100.0/24\n");
  tree.write("etc/c.conf", "[Link]\nPeer=c\nMetric=800\nRoutes=198.51.100.0/24\n");  // none of those
  tree.write("etc/d.conf", "[Link]\nPeer=d\nMetric=1\n");                            // the default has a table of its own
  EXPECT_EQ(
      tree.errors(),
      "etc/b.conf:3: Metric=999 and the next must be outside 1 to 700 and 1000 to 1699, because link a without Metric= shares "
      "198.51.100.0/24\n");
}

TEST(BadInput, TwoStandbysNeedTwoMetricsEach) {
  TempTree tree;
  tree.write("etc/a.conf", "[Link]\nPeer=a\nMetric=100\n");
  tree.write("etc/b.conf", "[Link]\nPeer=b\n\nMetric=101\n");
  tree.write("etc/c.conf", "[Link]\nPeer=c\nMetric=100\nRoutes=10.0.0.0/8\n");  // no route in common
  tree.write("etc/d.conf", "[Link]\nPeer=d\nMetric=103\n");
  EXPECT_EQ(tree.errors(),
            "etc/b.conf:4: Metric=101 is too close to Metric=100 of link a, which shares a route (etc/a.conf:3); "
            "write one that differs by two or more\n");
}

TEST(BadInput, NamesThatAreNoLinkNames) {
  TempTree tree;
  tree.write("etc/twelve-bytes.conf", "[Link]\nPeer=a\n");
  tree.write("etc/a b.conf", "[Link]\nPeer=a\n");
  tree.write("etc/-x.conf", "[Link]\nPeer=a\n");
  EXPECT_EQ(tree.errors(),
            "etc/-x.conf: link name \"-x\" is not valid; use letters, digits, '_' and '-', and do not begin with '-'\n"
            "etc/a b.conf: link name \"a b\" is not valid; use letters, digits, '_' and '-', and do not begin with '-'\n"
            "etc/twelve-bytes.conf: link name \"twelve-bytes\" is 12 bytes long; at most 11 are allowed (ppp-<name> must fit in "
            "an interface name)\n");
}

TEST(BadInput, MoreLinksThanTheFdStoreHolds) {
  TempTree tree;
  for (int i = 0; i < 251; ++i) tree.write("etc/l" + std::to_string(100 + i) + ".conf", "[Link]\nPeer=p\n");
  EXPECT_EQ(tree.errors(), "etc/l350.conf: 251 links are configured; at most 250 are allowed\n");
}

// Each link gets its share, because files of an earlier version may ask for more.
TEST(BadInput, MoreBuffersThanMemory) {
  TempTree tree;
  for (const char* name : {"a", "b", "c", "e"})
    tree.write(std::string("etc/") + name + ".conf", "[Link]\nPeer=p\n[Buffer]\nBytes=63M\n");
  tree.write("etc/d.conf", "[Link]\nPeer=p\n[Buffer]\nBytes=4M\n");
  ASSERT_EQ(tree.errors(), "no error");
  EXPECT_EQ(tree.load()->warnings.size(), 0U) << "256M together";
  EXPECT_EQ(tree.load()->config.links.front().buffer.bytes, 63U << 20);
  tree.write("etc/e.conf", "[Link]\nPeer=p\n[Buffer]\nPackets=1\nBytes=64M\n");
  ASSERT_EQ(tree.errors(), "no error");
  const auto loaded = tree.load();
  ASSERT_EQ(loaded->warnings.size(), 1U);
  EXPECT_EQ(loaded->warnings.front().str(),
            tree.at("etc/e.conf") +
                ":5: the buffers of all links are 257M together; 256M are allowed, so each link gets 99 % of its Bytes=. Give a "
                "smaller Bytes= here");
  std::size_t sum = 0;
  for (const auto& link : loaded->config.links) sum += link.buffer.bytes;
  EXPECT_LE(sum, 256U << 20);
  EXPECT_GT(sum, 255U << 20);
}

TEST(Trust, FilesThatOthersMayWrite) {
  TempTree tree;
  tree.write("etc/g.conf", "[Link]\nPeer=g\n", 0664);
  tree.write("etc/w.conf", "[Link]\nPeer=w\n", 0646);
  tree.write("etc/ok.conf", "[Link]\nPeer=ok\n", 0604);
  tree.write("etc/ok.conf.d/g.conf", "[Link]\nMTU=1400\n", 0660);
  EXPECT_EQ(tree.errors(),
            "etc/g.conf: not trusted, because its group may write to it (mode 0664); run chmod go-w\n"
            "etc/ok.conf.d/g.conf: not trusted, because its group may write to it (mode 0660); run chmod go-w\n"
            "etc/w.conf: not trusted, because everybody may write to it (mode 0646); run chmod go-w\n");
}

TEST(Trust, ARefusedFileDoesNotLetTheEarlierOneBack) {
  TempTree tree;
  tree.write("usr/isp.conf", "[Link]\nPeer=vendor\n");
  tree.write("etc/isp.conf", "[Link]\nPeer=admin\n", 0666);
  EXPECT_EQ(tree.errors(), "etc/isp.conf: not trusted, because everybody may write to it (mode 0666); run chmod go-w\n");
}

TEST(Trust, DirectoriesThatOthersMayWriteOrPoint) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n");
  ASSERT_EQ(chmod(tree.at("etc").c_str(), 0777), 0);
  EXPECT_EQ(tree.errors(), "etc: not trusted, because everybody may write to it (mode 0777); run chmod go-w\n");
  ASSERT_EQ(chmod(tree.at("etc").c_str(), 0755), 0);
  tree.link("run", "etc");
  EXPECT_EQ(tree.errors(), "run: not a directory (ghostd does not follow a symbolic link here)\n");
}

TEST(Trust, FilesOfSomebodyElse) {
  TempTree tree;
  const auto path = tree.write("etc/isp.conf", "[Link]\nPeer=isp\n");
  // Only root can change a file's owner; another user's file stays his own, and is trusted.
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
    EXPECT_EQ(tree.errors(), "etc/isp.conf: not trusted, because user 65534 owns it; change the owner to root\n");
  } else {
    EXPECT_TRUE(load(tree.roots()).has_value());
  }
}

TEST(Trust, WhatIsNoFileIsNotRead) {
  TempTree tree;
  tree.write("etc/dir.conf/x", "");
  ASSERT_EQ(mkfifo(tree.at("etc/fifo.conf").c_str(), 0600), 0);
  tree.link("etc/gone.conf", "/nonexistent/file");
  tree.link("etc/loop.conf", "loop.conf");
  EXPECT_EQ(tree.errors(),
            "etc/dir.conf: not a regular file\n"
            "etc/fifo.conf: not a regular file\n"
            "etc/gone.conf: cannot be opened: No such file or directory\n"
            "etc/loop.conf: cannot be opened: Too many levels of symbolic links\n");
}

TEST(Trust, AFileThatMayNotBeRead) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n", 0);
  const bool root = geteuid() == 0;  // root may read everything, so another user must try
  ASSERT_EQ(root ? seteuid(65534) : 0, 0);
  const auto said = tree.errors();
  ASSERT_EQ(root ? seteuid(0) : 0, 0);
  EXPECT_EQ(said, "etc/isp.conf: cannot be opened: Permission denied\n");
}

TEST(Trust, RootsFilesThatGhostdMayNotRead) {
  TempTree tree;
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n", 0600);
  tree.write("etc/mask.conf", "", 0640);
  tree.write("etc/ok.conf", "[Link]\nPeer=ok\n", 0444);
  tree.write("etc/ok.conf.d/x.conf", "[Link]\nMTU=1400\n", 0640);
  // Anybody else's files are ghostd's own, or drafts that he checks.
  EXPECT_EQ(
      tree.errors(),
      geteuid() != 0
          ? "no error"
          : "etc/isp.conf: ghostd cannot read it, because ghostd does not run as root (mode 0600); run chmod a+r\n"
            "etc/mask.conf: ghostd cannot read it, because ghostd does not run as root (mode 0640); run chmod a+r\n"
            "etc/ok.conf.d/x.conf: ghostd cannot read it, because ghostd does not run as root (mode 0640); run chmod a+r\n");
}

TEST(Trust, AFileTooLargeToBeMeant) {
  TempTree tree;
  tree.write("etc/isp.conf", std::string(kFileMax + 1, '#'));
  EXPECT_EQ(tree.errors(), "etc/isp.conf: larger than 262144 bytes\n");
}
