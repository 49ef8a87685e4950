// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routes.hpp"

#include <gmock/gmock.h>
#include <net/if.h>

#include <algorithm>

#include "link_in_netns.hpp"
#include "net/demand_interface.hpp"
#include "net/numbers.hpp"
#include "net/tun.hpp"

namespace ghost::net {
namespace {

using test::kStable4;
using test::kStable6;
using test::routing_state;
using test::sh;
using ::testing::HasSubstr;
using ::testing::Not;

using Routes = test::LinkInNetns;

TEST_F(Routes, ACallGoesInFrontAndIsTakenAway) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
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
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  sh("ip link del ppp-isp");
  OK(rtnl_->remove(call_routes(link_, {Family::v4})));
  EXPECT_THAT(sh("ip route show table all; ip -6 route show table all"), Not(HasSubstr("proto 103")));
  EXPECT_EQ(rtnl_->add(call_routes(link_, {Family::v4})).error().errno_value, ENODEV);
}

TEST_F(Routes, WhatIsMissingOrDifferentIsSeen) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  std::vector<Route> all = demand_routes(link_);
  for (auto& route : call_routes(link_, {Family::v4})) all.push_back(std::move(route));
  OK(rtnl_->add(all));
  EXPECT_EQ(rtnl_->missing(all).value(), std::vector<Route>());
  const auto demand = std::find_if(all.begin(), all.end(),
                                   [](const Route& r) { return r.prefix == *Prefix::parse("10.0.0.0/8"); });
  ASSERT_NE(demand, all.end());
  for (const std::string harm :
       {"ip route del 10.0.0.0/8 dev gd-isp", "ip route replace 10.0.0.0/8 dev gd-isp metric 1000 proto 103",
        "ip route replace 10.0.0.0/8 dev ppp-isp metric 1000 proto 103 src 192.0.0.2"}) {
    sh(harm);
    EXPECT_EQ(rtnl_->missing(all).value(), std::vector{*demand}) << harm;
    OK(rtnl_->add(all));
    EXPECT_EQ(rtnl_->missing(all).value(), std::vector<Route>()) << harm;
  }
  sh("ip link set ppp-isp down");  // takes its routes along, which come back with it
  EXPECT_EQ(rtnl_->missing(all).value(), std::vector<Route>());
}

TEST_F(Routes, ReplacesItsOwnButNobodyElses) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
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
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
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

}  // namespace
}  // namespace ghost::net
