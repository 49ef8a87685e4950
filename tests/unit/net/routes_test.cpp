// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routes.hpp"

#include <gmock/gmock.h>
#include <net/if.h>

#include "net/numbers.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::routing_state;
using test::sh;
using ::testing::HasSubstr;
using ::testing::Not;

const IpAddress kStable4 = *IpAddress::parse("192.0.0.2");
const IpAddress kStable6 = *IpAddress::parse("fd00:aa::1");

class Routes : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    auto tun = make_tun("gd-isp");
    ASSERT_TRUE(tun);
    auto call = make_tun("ppp-isp");  // as good as PPP for a route
    ASSERT_TRUE(call);
    tun_ = std::move(*tun);
    call_ = std::move(*call);
    sh("sysctl -qw net.ipv6.conf.gd-isp.addr_gen_mode=1; "
       "sysctl -qw net.ipv6.conf.ppp-isp.addr_gen_mode=1; ip addr add 100.64.7.7/32 dev ppp-isp; ip link set "
       "ppp-isp up");
    auto rtnl = Rtnl::open();
    ASSERT_TRUE(rtnl);
    rtnl_.emplace(std::move(*rtnl));
  }
  // Whether they were not right already.
  bool set_rules(const std::vector<ForeignDefault>& foreign) {
    bool changed = false;
    for (const auto family : {Family::v4, Family::v6}) {
      const auto set = rtnl_->set_rules(family, rules_for(family, {link_}, foreign));
      EXPECT_TRUE(set) << set.error().what;
      changed = changed || (set && *set);
    }
    return changed;
  }
  UniqueFd tun_;
  UniqueFd call_;
  std::optional<Rtnl> rtnl_;
  LinkRouting link_{
      "isp", 0, {default_prefix(Family::v4), default_prefix(Family::v6), *Prefix::parse("10.1.2.3/8")}, {kStable4, kStable6}};
};

#define OK(expression)                            \
  do {                                            \
    const auto outcome = (expression);            \
    ASSERT_TRUE(outcome) << outcome.error().what; \
  } while (false)

TEST_F(Routes, SetsUpADemandInterface) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1400, 2222}));
  const auto shown = sh("ip addr show dev gd-isp");
  EXPECT_THAT(shown, HasSubstr("mtu 1400"));
  EXPECT_THAT(shown, HasSubstr("qlen 2222"));
  EXPECT_THAT(shown, HasSubstr(",UP"));
  EXPECT_THAT(shown, HasSubstr("192.0.0.2/32 scope global"));
  EXPECT_THAT(shown, HasSubstr("fd00:aa::1/128 scope global nodad"));
  EXPECT_THAT(shown, Not(HasSubstr("tentative")));
  // Again, as a restart does; and with another address, as a reload may.
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1400, 2222}));
  EXPECT_EQ(sh("ip addr show dev gd-isp"), shown);
  OK(rtnl_->set_up({"isp", {*IpAddress::parse("192.0.0.3")}, 1400, 2222}));
  EXPECT_THAT(sh("ip -o addr show dev gd-isp"),
              testing::AllOf(HasSubstr("192.0.0.3/32"), Not(HasSubstr("192.0.0.2")), Not(HasSubstr("fd00:aa"))));
  EXPECT_EQ(rtnl_->set_up({"none", {kStable4}, 1400, 2222}).error().errno_value, ENODEV);
}

TEST_F(Routes, ACallGoesInFrontAndIsTakenAway) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  set_rules({});
  OK(rtnl_->add(demand_routes(link_)));
  const auto down = routing_state();
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev gd-isp table 26468 src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 10.9.9.9"), HasSubstr("dev gd-isp src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 2001:db8::1"), HasSubstr("dev gd-isp table 26468 proto 103 src fd00:aa::1"));

  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev ppp-isp table 26468 src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 10.9.9.9"), HasSubstr("dev ppp-isp src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 2001:db8::1; true"), HasSubstr("No route to host"));

  OK(rtnl_->remove(call_routes(link_, {Family::v4})));
  EXPECT_EQ(routing_state(), down);
  OK(rtnl_->remove(call_routes(link_, {Family::v4})));  // gone already
}

TEST_F(Routes, RemovingAfterTheInterfaceWentIsSuccess) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  sh("ip link del ppp-isp");
  OK(rtnl_->remove(call_routes(link_, {Family::v4})));
  EXPECT_THAT(sh("ip route show table all; ip -6 route show table all"), Not(HasSubstr("proto 103")));
  EXPECT_EQ(rtnl_->add(call_routes(link_, {Family::v4})).error().errno_value, ENODEV);
}

TEST_F(Routes, ReplacesItsOwnButNobodyElses) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  const Route route{*Prefix::parse("10.0.0.0/8"), "gd-isp", kMainTable, 1000, kStable4};
  OK(rtnl_->add({route}));
  Route other = route;
  other.interface = "ppp-isp";
  OK(rtnl_->add({other}));
  EXPECT_THAT(sh("ip route show 10.0.0.0/8"), testing::StartsWith("10.0.0.0/8 dev ppp-isp proto 103"));
  OK(rtnl_->remove({other}));
  sh("ip route add 10.0.0.0/8 dev ppp-isp metric 1000");
  const auto before = routing_state();
  EXPECT_EQ(rtnl_->add({route}).error().errno_value, EEXIST);
  OK(rtnl_->remove({route}));
  EXPECT_EQ(routing_state(), before);
}

// After a crash the kernel's routes are the only memory of which link had which rank.
TEST_F(Routes, KnowsTheLinksOfAnEarlierGhostd) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  auto two = make_tun("gd-two");
  ASSERT_TRUE(two);
  OK(rtnl_->set_up({"two", {*IpAddress::parse("192.0.0.3")}, 1500, 4096}));
  auto link = link_;
  link.index = 3;
  OK(rtnl_->add(demand_routes(link)));
  OK(rtnl_->add(demand_routes({"two", 7, {*Prefix::parse("10.7.0.0/16")}, {*IpAddress::parse("192.0.0.3")}})));
  OK(rtnl_->add(call_routes(link, {Family::v4})));
  sh("ip route add 10.8.0.0/16 dev gd-two metric 1001");  // of another program
  const auto known = rtnl_->known_links();
  ASSERT_TRUE(known) << known.error().what;
  EXPECT_EQ(*known, (std::map<std::string, unsigned>{{"isp", 3}, {"two", 7}}));
}

std::string our_rules() { return sh("ip -N rule | grep 'proto 103'; ip -N -6 rule | grep 'proto 103'"); }

TEST_F(Routes, RulesFollowTheDefaultRoutesOfOthers) {
  set_rules({});
  const std::string none = our_rules();
  EXPECT_THAT(none, HasSubstr("32765:\tnot from 255.255.255.255 lookup 254 suppress_prefixlength 0 proto 103"));
  EXPECT_THAT(none, HasSubstr("32765:\tnot from ff00::/8 lookup 254 suppress_prefixlength 0 proto 103"));
  const auto eth = make_tun("eth0");
  ASSERT_TRUE(eth);
  sh("sysctl -qw net.ipv6.conf.eth0.accept_dad=0; ip link set eth0 up;"
     "ip addr add 192.0.2.10/24 dev eth0; ip addr add 2001:db8::a/64 dev eth0;"
     "ip route add default via 192.0.2.1 metric 100; ip -6 route add default via fe80::1 dev eth0");
  const auto foreign = rtnl_->foreign_defaults({link_});
  ASSERT_TRUE(foreign) << foreign.error().what;
  ASSERT_EQ(foreign->size(), 2U);
  EXPECT_TRUE(set_rules(*foreign));
  EXPECT_FALSE(set_rules(*foreign));
  const auto now = our_rules();
  EXPECT_THAT(now, HasSubstr("lookup 254 suppress_prefixlength 0 proto 103\n32765:\tfrom 192.0.2.10 lookup 254 proto 103\n"
                             "32765:\tfrom all lookup 26468 proto 103\n"));
  EXPECT_THAT(now, HasSubstr("32765:\tfrom 2001:db8::a lookup 254 proto 103\n32765:\tfrom all lookup 26468 proto 103\n"));
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  OK(rtnl_->add(demand_routes(link_)));
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev gd-isp table 26468 src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 9.9.9.9 from 192.0.2.10"), HasSubstr("via 192.0.2.1 dev eth0"));
  EXPECT_THAT(sh("ip route get 2001:db9::1"), HasSubstr("dev gd-isp"));
  EXPECT_THAT(sh("ip route get 2001:db9::1 from 2001:db8::a"), HasSubstr("via fe80::1 dev eth0"));
  EXPECT_TRUE(set_rules({}));
  EXPECT_EQ(our_rules(), none);
}

// Any change to them is seen and corrected; other programs' rules of the same preference come first.
TEST_F(Routes, RulesAreThereInTheirOrderAndLast) {
  set_rules({});
  const auto right = our_rules();
  for (const std::string harm :
       {"ip rule del pref 32765", "ip rule del pref 32765; ip rule del pref 32765", "ip rule del lookup 26468",
        "ip rule add pref 5 iif lo lookup 26468 proto 103", "ip rule add pref 32765 lookup 77", "ip -6 rule del pref 32765",
        "ip -6 rule flush; ip -6 rule add pref 32766 lookup 254"}) {
    sh(harm);
    EXPECT_TRUE(set_rules({})) << harm;
    EXPECT_FALSE(set_rules({})) << harm;
    EXPECT_EQ(our_rules(), right) << harm;
  }
  EXPECT_THAT(sh("ip -N rule"), HasSubstr("32765:\tfrom all lookup 77\n32765:\tnot from 255.255.255.255"));
}

// wg-quick's way, before and after us: its rules come first, and its `down` takes its own alone.
TEST_F(Routes, WireGuardsRulesComeFirst) {
  const std::string up = "ip rule add not fwmark 51820 table 51820; ip rule add table main suppress_prefixlength 0;";
  const std::string down =
      "ip rule del table 51820; while [ \"$(ip rule | grep -c 'from all lookup main suppress_prefixlength 0')\" != 0 ]; do"
      " ip rule del table main suppress_prefixlength 0; done";
  const auto before = sh("ip rule");
  set_rules({});
  const auto ours = sh("ip rule");
  sh(up);
  EXPECT_FALSE(set_rules({}));
  EXPECT_THAT(sh("ip -N rule"), HasSubstr("32763:\tfrom all lookup 254 suppress_prefixlength 0\n32764:\tnot from all fwmark"));
  sh(down);
  EXPECT_EQ(sh("ip rule"), ours);
  sh("while ip rule del pref 32765 2>/dev/null; do :; done; " + up);
  set_rules({});
  EXPECT_THAT(sh("ip -N rule"), HasSubstr("32765:\tnot from all fwmark 0xca6c lookup 51820\n32765:\tnot from 255.255.255.255"));
  sh(down);
  EXPECT_EQ(sh("ip rule"), ours);
  for (const auto family : {Family::v4, Family::v6}) ASSERT_TRUE(rtnl_->set_rules(family, {}));
  EXPECT_EQ(sh("ip rule"), before);
}

TEST_F(Routes, FlushTakesOursAndOnlyOurs) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  sh("ip route add default dev ppp-isp metric 5; ip -6 route add default dev ppp-isp metric 5;"
     "ip rule add iif ppp-isp lookup 77; ip -6 rule add pref 32764 lookup 77");
  const auto before = routing_state();
  set_rules({});
  OK(rtnl_->add(demand_routes(link_)));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  EXPECT_NE(routing_state(), before);
  const auto flushed = rtnl_->flush();
  ASSERT_TRUE(flushed) << flushed.error().what;
  EXPECT_EQ(*flushed, (Rtnl::Flushed{6, 4}));
  EXPECT_EQ(routing_state(), before);
  EXPECT_EQ(rtnl_->flush(), (Rtnl::Flushed{0, 0}));
}

// The far end of a call cannot install a route.
TEST_F(Routes, AnAdvertisedAddressIsNothingButAnAddress) {
  const unsigned index = ::if_nametoindex("ppp-isp");
  const auto before = sh("ip -6 route show table all | grep -v ' table local ' || true");
  OK(rtnl_->give_address(index, kStable6, 1800, 3600));
  const auto shown = sh("ip -6 addr show dev ppp-isp");
  EXPECT_THAT(shown, HasSubstr("fd00:aa::1/128 scope global nodad dynamic noprefixroute"));
  EXPECT_THAT(shown, testing::ContainsRegex("valid_lft (3600|3599)sec preferred_lft (1800|1799)sec"));
  EXPECT_THAT(shown, Not(HasSubstr("tentative")));
  EXPECT_EQ(sh("ip -6 route show table all | grep -v ' table local ' || true"), before);
  OK(rtnl_->give_address(index, kStable6, 0, 0xffffffff));
  EXPECT_THAT(sh("ip -6 addr show dev ppp-isp"), HasSubstr("valid_lft forever preferred_lft 0sec"));
  OK(rtnl_->take_address(index, kStable6));
  OK(rtnl_->take_address(index, kStable6));
  EXPECT_THAT(sh("ip -6 addr show dev ppp-isp"), Not(HasSubstr("fd00:aa::1")));
}

TEST_F(Routes, WhatTheKernelMadeOfTheFarEndsWordsIsTakenAway) {
  sh("ip addr add 100.64.7.8 peer 10.64.64.1 dev ppp-isp; ip addr add fe80::5/64 dev ppp-isp nodad;"
     "ip addr add 2001:db8:7::2/64 dev ppp-isp nodad; ip -6 route add 2000::/3 dev ppp-isp proto ra;"
     "ip -6 route add default via fe80::1 dev ppp-isp proto ra; ip route add 198.51.100.0/24 dev ppp-isp;"
     "ip addr add 10.10.10.1/24 dev gd-isp; ip link set gd-isp up");
  const auto removed = rtnl_->remove_kernel_routes("ppp-isp");
  OK(removed);
  EXPECT_EQ(*removed, 4U) << sh("ip route; ip -6 route");
  EXPECT_EQ(sh("ip route show dev ppp-isp"), "198.51.100.0/24 scope link \n") << "what somebody put there on purpose";
  EXPECT_EQ(sh("ip -6 route show dev ppp-isp"), "fe80::/64 proto kernel metric 256 pref medium\n");
  EXPECT_THAT(sh("ip route show dev gd-isp"), HasSubstr("10.10.10.0/24 proto kernel")) << "others keep theirs";
  EXPECT_THAT(sh("ip route get 100.64.7.8"), HasSubstr("local")) << "our own address is ours still";
  EXPECT_EQ(rtnl_->remove_kernel_routes("ppp-isp").value_or(7), 0U);
  EXPECT_EQ(rtnl_->remove_kernel_routes("ppp-none").error().errno_value, ENODEV);
}

}  // namespace
}  // namespace ghost::net
