// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/leftovers.hpp"

#include <gmock/gmock.h>
#include <net/if.h>

#include "link_in_netns.hpp"
#include "net/demand_interface.hpp"
#include "net/tun.hpp"

namespace ghost::net {
namespace {

using test::kStable4;
using test::kStable6;
using test::routing_state;
using test::sh;
using ::testing::HasSubstr;
using Leftovers = test::LinkInNetns;

// After a crash the kernel's routes are the only memory of which link had which rank.
TEST_F(Leftovers, KnowsTheLinksOfAnEarlierGhostd) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  auto two = make_tun("gd-two");
  ASSERT_TRUE(two);
  OK(set_up(rtnl_->socket(), {"gd-two", {*IpAddress::parse("192.0.0.3")}, 1500, 4096}));
  auto link = link_;
  link.index = 3;
  OK(rtnl_->add(demand_routes(link)));
  OK(rtnl_->add(demand_routes({"two", "ppp-two", 7, {*Prefix::parse("10.7.0.0/16")}, {*IpAddress::parse("192.0.0.3")}})));
  OK(rtnl_->add(call_routes(link, {Family::v4})));
  sh("ip route add 10.8.0.0/16 dev gd-two metric 1001");  // of another program
  const auto known = known_ranks(rtnl_->socket());
  ASSERT_TRUE(known) << known.error().what;
  EXPECT_EQ(*known, (std::map<std::string, unsigned>{{"gd-isp", 3}, {"gd-two", 7}}));
}

// The metrics of a standby link's routes in main are a person's choice, and may look like those of a rank.
TEST_F(Leftovers, KnowsTheRankOfAStandbyByItsTable) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  auto link = link_;
  link.metric = 1004;
  link.index = 3;
  std::erase_if(link.prefixes, [](const Prefix& p) { return p.length != 0; });
  OK(rtnl_->add(demand_routes(link)));
  EXPECT_EQ(known_ranks(rtnl_->socket()).value(), (std::map<std::string, unsigned>{}));
  OK(rtnl_->add(call_routes(link, {Family::v4})));
  EXPECT_EQ(known_ranks(rtnl_->socket()).value(), (std::map<std::string, unsigned>{{"ppp-isp", 3}}));
  link.prefixes = link_.prefixes;
  OK(rtnl_->add(call_routes(link, {Family::v4})));
  EXPECT_EQ(known_ranks(rtnl_->socket()).value(), (std::map<std::string, unsigned>{{"ppp-isp", 3}}));
}

TEST_F(Leftovers, FlushTakesOursAndOnlyOurs) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  sh("ip route add default dev ppp-isp metric 5; ip -6 route add default dev ppp-isp metric 5;"
     "ip rule add iif ppp-isp lookup 77; ip -6 rule add pref 32764 lookup 77");
  const auto before = routing_state();
  set_rules({});
  OK(rtnl_->add(demand_routes(link_)));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  EXPECT_NE(routing_state(), before);
  const auto flushed = flush(rtnl_->socket());
  ASSERT_TRUE(flushed) << flushed.error().what;
  EXPECT_EQ(*flushed, (Flushed{6, 4}));
  EXPECT_EQ(routing_state(), before);
  EXPECT_EQ(flush(rtnl_->socket()), (Flushed{0, 0}));
}

// The kernel has no rules of this family, as it has no IPv6 ones if it was booted with ipv6.disable=1.
TEST_F(Leftovers, FlushTakesNothingOfAFamilyThatTheKernelLacks) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1500, 4096}));
  set_rules({});
  OK(rtnl_->add(demand_routes(link_)));
  const auto before = routing_state();
  constexpr std::array<unsigned char, 1> kNoSuch{AF_APPLETALK};
  const auto none = flush(rtnl_->socket(), kNoSuch);
  ASSERT_TRUE(none) << none.error().what;
  EXPECT_EQ(*none, (Flushed{0, 0}));
  EXPECT_EQ(routing_state(), before);
}

TEST_F(Leftovers, WhatTheKernelMadeOfTheFarEndsWordsIsTakenAway) {
  sh("ip addr add 100.64.7.8 peer 10.64.64.1 dev ppp-isp; ip addr add fe80::5/64 dev ppp-isp nodad;"
     "ip addr add 2001:db8:7::2/64 dev ppp-isp nodad; ip -6 route add 2000::/3 dev ppp-isp proto ra;"
     "ip -6 route add default via fe80::1 dev ppp-isp proto ra; ip route add 198.51.100.0/24 dev ppp-isp;"
     "ip addr add 10.10.10.1/24 dev gd-isp; ip link set gd-isp up");
  const auto removed = remove_kernel_routes(rtnl_->socket(), "ppp-isp");
  OK(removed);
  EXPECT_EQ(*removed, 4U) << sh("ip route; ip -6 route");
  EXPECT_EQ(sh("ip route show dev ppp-isp"), "198.51.100.0/24 scope link \n") << "what somebody put there on purpose";
  EXPECT_EQ(sh("ip -6 route show dev ppp-isp"), "fe80::/64 proto kernel metric 256 pref medium\n");
  EXPECT_THAT(sh("ip route show dev gd-isp"), HasSubstr("10.10.10.0/24 proto kernel")) << "others keep theirs";
  EXPECT_THAT(sh("ip route get 100.64.7.8"), HasSubstr("local")) << "our own address is ours still";
  EXPECT_EQ(remove_kernel_routes(rtnl_->socket(), "ppp-isp").value_or(7), 0U);
  EXPECT_EQ(remove_kernel_routes(rtnl_->socket(), "ppp-none").error().errno_value, ENODEV);
}

}  // namespace
}  // namespace ghost::net
