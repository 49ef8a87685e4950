// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own words, in a network namespace of the test's: what others do there is heard.
#include "net/watch.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

#include "net/nft.hpp"
#include "net/routes.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;

class Watching : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    auto eth = make_tun("eth0");
    ASSERT_TRUE(eth);
    eth_ = std::move(*eth);
    // Its link-local address would come when it likes, with an event of its own.
    sh("sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1; ip addr add 192.0.2.10/24 dev eth0; ip link set eth0 up");
    auto watch = Watch::open();
    ASSERT_TRUE(watch) << watch.error().what;
    watch_.emplace(std::move(*watch));
    std::ignore = heard();
  }
  Heard heard() {
    auto out = watch_->read();
    EXPECT_TRUE(out);
    return out.value_or(Heard{});
  }
  UniqueFd eth_;
  std::optional<Watch> watch_;
};

TEST_F(Watching, SaysWhatKindOfThingWasTouched) {
  EXPECT_FALSE(heard().any());
  sh("ip rule add pref 77 lookup 77");
  EXPECT_EQ(heard(), (Heard{.rules = true}));
  sh("ip -6 rule add pref 77 lookup 77");
  EXPECT_EQ(heard(), (Heard{.rules = true}));
  sh("ip route add default via 192.0.2.1");
  EXPECT_EQ(heard(), (Heard{.defaults = true}));
  sh("ip route add 203.0.113.0/24 via 192.0.2.1; ip route add default via 192.0.2.1 table 77");
  EXPECT_FALSE(heard().any());
  sh("ip route add 198.51.100.0/24 dev eth0 proto 103");
  EXPECT_EQ(heard(), (Heard{.routes = true}));
  sh("ip route replace 198.51.100.0/24 via 192.0.2.1");
  EXPECT_EQ(heard(), (Heard{.routes = true}));
  sh("sysctl -qw net.ipv4.conf.eth0.forwarding=1");
  EXPECT_EQ(heard(), (Heard{.settings = true}));
  sh("tc qdisc add dev eth0 root pfifo");
  EXPECT_EQ(heard(), (Heard{.queues = true}));
  sh("ip addr add 192.0.2.11/24 dev eth0");
  EXPECT_EQ(heard(), (Heard{.routes = true, .defaults = true, .addresses = true}));
  sh("ip link set eth0 mtu 1400");
  EXPECT_TRUE(heard().links);
}

// Whether the PID namespace is another than the first, which has this inode number (include/linux/proc_ns.h: PROC_PID_INIT_INO).
bool in_a_container() {
  struct stat seen{};
  return ::stat("/proc/self/ns/pid", &seen) == 0 && seen.st_ino != 0xEFFFFFFCU;
}

TEST_F(Watching, SaysWhoTouchedOurTable) {
  ASSERT_TRUE(nft::run_text("add table inet ghostd; add chain inet ghostd guard"));
  // That was ourselves. In a container the kernel gives our process another number than we know, so it looks like another's doing.
  EXPECT_EQ(heard().table, in_a_container());
  sh("nft add table inet other; nft add chain inet other x; nft add table ip ghostd");
  EXPECT_FALSE(heard().any());
  sh("nft add rule inet ghostd guard drop");
  auto now = heard();
  EXPECT_TRUE(now.table);
  EXPECT_THAT(now.by, testing::MatchesRegex("nft \\(process [0-9]+\\)"));
  sh("nft flush ruleset");
  EXPECT_TRUE(heard().table);
  sh("nft flush ruleset");
  EXPECT_FALSE(heard().any());
}

TEST(Hearing, NoBytesDoHarm) {
  Heard heard;
  for (std::size_t n = 0; n < 64; ++n) {
    std::vector<std::uint8_t> bytes(n, 0x18);
    hear_routing(bytes, heard);
    TableHearing(1).hear(bytes, heard);
  }
}

}  // namespace
}  // namespace ghost::net
