// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/release.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "net/demand_interface.hpp"
#include "net/nft.hpp"
#include "net/routes.hpp"
#include "net/sysctl.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::routing_state;
using test::sh;
using test::sysctl_state;
using ::testing::IsEmpty;

class Release : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    directory_ = sh("mktemp -d");
    directory_.pop_back();
    journal_ = directory_ + "/restore.json";
    // A host that is not at its defaults, so that "the same" means something.
    // The kernel gives both their link-local addresses in its own time, and their routes with them: without DAD, and awaited.
    sh("sysctl -qw net.ipv6.conf.default.accept_dad=0; ip link add eth0 type veth peer name eth1; sysctl -qw net.ipv4.conf.all.rp_filter=2 "
       "net.ipv4.conf.eth0.rp_filter=1 "
       "net.ipv4.conf.default.rp_filter=1 net.ipv6.conf.eth1.forwarding=1 net.ipv6.conf.eth0.accept_ra=1 "
       "net.ipv6.conf.eth1.accept_ra=2 net.ipv6.conf.all.accept_ra=2;"
       "ip addr add 10.10.10.1/24 dev eth0; ip link set eth0 up; ip link set eth1 up; ip route add default "
       "dev eth0;"
       "nft add table inet mine;"
       "timeout 20 sh -c 'until [ $(ip -6 route show table local type local | grep -c fe80) = 2 ]; do sleep 0.01; done'");
  }
  void TearDown() override { sh("rm -r " + directory_); }

  void take_over() {
    auto sysctls = Sysctls::open("/proc/sys", journal_);
    ASSERT_TRUE(sysctls.apply(plan_host(sysctls.snapshot(), {.ipv6_forwarding = true})));
    ASSERT_TRUE(sysctls.apply(plan_demand_interface("gd-isp", true)));
    ASSERT_TRUE(sysctls.apply(plan_shared_interface("eth0", Family::v4)));
    auto rtnl = Rtnl::open();
    const LinkRouting link{"isp",
                           "ppp-isp",
                           0,
                           {default_prefix(Family::v4), default_prefix(Family::v6)},
                           {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("fd00:aa::1")}};
    ASSERT_TRUE(rtnl);
    ASSERT_TRUE(set_up(rtnl->socket(), {"gd-isp", link.stable, 1500, 4096}));
    for (const auto family : {Family::v4, Family::v6}) ASSERT_TRUE(rtnl->set_rules(family, rules_for(family, {link}, {})));
    ASSERT_TRUE(rtnl->add(demand_routes(link)));
    const auto loaded = nft::load(
        {{{"isp", "ppp-isp", link.stable, {*Prefix::parse("10.10.10.0/24")}, std::chrono::seconds(90)}}, {}, true, {"eth0"}});
    ASSERT_TRUE(loaded) << loaded.error().what;
  }
  std::string directory_;
  std::string journal_;
};

TEST_F(Release, GivesBackByteForByte) {
  const auto routing = routing_state();
  const auto sysctls = sysctl_state();
  {
    const auto tun = make_tun("gd-isp");
    ASSERT_TRUE(tun);
    take_over();
    take_over();  // a restart must not take our values for the originals
    EXPECT_NE(routing_state(), routing);
    EXPECT_EQ(sh("sysctl -n net.ipv4.conf.all.rp_filter net.ipv4.conf.all.forwarding "
                 "net.ipv6.conf.all.forwarding net.ipv6.conf.eth0.accept_ra net.ipv4.conf.eth0.forwarding"),
              "2\n0\n1\n2\n1\n");
    EXPECT_THAT(release_everything(journal_).failures, IsEmpty());
    EXPECT_THAT(release_everything(journal_).failures, IsEmpty());
  }
  EXPECT_EQ(routing_state(), routing);
  EXPECT_EQ(sysctl_state(), sysctls);
  EXPECT_FALSE(std::filesystem::exists(journal_));
}

// It has inherited a value of ours: it would listen to routers although somebody forwards.
TEST_F(Release, AnInterfaceThatHasComeSinceIsAsIfThereHadBeenNoGhostd) {
  sh("ip link add late type veth peer name later");
  const auto without = sh("sysctl -a --pattern net.ipv[46].conf.late");
  sh("ip link del late");
  {
    const auto tun = make_tun("gd-isp");
    ASSERT_TRUE(tun);
    take_over();
    sh("ip link add late type veth peer name later");
    EXPECT_EQ(sh("sysctl -n net.ipv6.conf.late.accept_ra"), "2\n");
    EXPECT_THAT(release_everything(journal_).failures, IsEmpty());
  }
  EXPECT_EQ(sh("sysctl -a --pattern net.ipv[46].conf.late"), without);
}

TEST_F(Release, GivesBackAfterTheDemandInterfaceIsGone) {
  const auto routing = routing_state();
  const auto sysctls = sysctl_state();
  {
    const auto tun = make_tun("gd-isp");
    ASSERT_TRUE(tun);
    take_over();
  }
  EXPECT_THAT(release_everything(journal_).failures, IsEmpty());
  EXPECT_EQ(routing_state(), routing);
  EXPECT_EQ(sysctl_state(), sysctls);
}

TEST_F(Release, ARouteLearntFromARouterSurvivesIpv6Forwarding) {
  sh("ip -6 route add default via fe80::1 dev eth0 proto ra expires 1000");
  const auto sysctls = sysctl_state();
  const auto tun = make_tun("gd-isp");
  ASSERT_TRUE(tun);
  take_over();
  EXPECT_THAT(sh("ip -6 route show default"), testing::HasSubstr("via fe80::1 dev eth0 proto ra"));
  EXPECT_THAT(release_everything(journal_).failures, IsEmpty());
  EXPECT_THAT(sh("ip -6 route show default"), testing::HasSubstr("via fe80::1 dev eth0 proto ra"));
}

TEST_F(Release, DoesNotObeyAForgedJournal) {
  for (const char* forged : {R"([["kernel/core_pattern", "1"]])", R"([["net/ipv4/conf/../../../kernel/sysrq", "1"]])",
                             R"([["net/ipv4/conf/all/rp_filter", "|/bin/sh"]])", R"([["net/ipv4/conf/all/rp_filter"]])",
                             R"({"a": 1})", "", "[[", R"([["net/ipv4/conf//rp_filter", "1"]])"}) {
    std::ofstream(journal_) << forged;
    const auto released = release_everything(journal_);
    EXPECT_THAT(released.failures, IsEmpty()) << forged;
    EXPECT_EQ(released.warnings.size(), 1U) << forged;
    EXPECT_THAT(release_everything(journal_).warnings, IsEmpty()) << "said once";
  }
}

// Else each later stop would fail, until root removes the file.
TEST_F(Release, AValueThatTheKernelRefusesDoesNotFailEveryStop) {
  for (const char* entry : {R"(["net/ipv6/conf/lo/addr_gen_mode", "77"])", R"(["net/ipv4/conf/all/rp_filter", "9999999999"])"}) {
    std::ofstream(journal_) << "[" << entry << R"(, ["net/ipv4/conf/eth0/forwarding", "1"]])";
    sh("sysctl -qw net.ipv4.conf.eth0.forwarding=0");
    const auto released = release_everything(journal_);
    EXPECT_THAT(released.failures, IsEmpty()) << entry;
    EXPECT_EQ(released.warnings.size(), 1U) << entry;
    EXPECT_EQ(sh("sysctl -n net.ipv4.conf.eth0.forwarding"), "1\n") << "the others are restored";
    EXPECT_THAT(release_everything(journal_).warnings, IsEmpty()) << "said once";
  }
}

}  // namespace
}  // namespace ghost::net
