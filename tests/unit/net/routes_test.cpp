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
  UniqueFd tun_;
  UniqueFd call_;
  std::optional<Rtnl> rtnl_;
  LinkRouting link_{"isp",
                    0,
                    {default_prefix(Family::v4), default_prefix(Family::v6), *Prefix::parse("10.1.2.3/8")},
                    {kStable4, kStable6}};
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
  EXPECT_THAT(
      sh("ip -o addr show dev gd-isp"),
      testing::AllOf(HasSubstr("192.0.0.3/32"), Not(HasSubstr("192.0.0.2")), Not(HasSubstr("fd00:aa"))));
  EXPECT_EQ(rtnl_->set_up({"none", {kStable4}, 1400, 2222}).error().errno_value, ENODEV);
}

TEST_F(Routes, ACallGoesInFrontAndIsTakenAway) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  OK(rtnl_->add(rules_for({link_})));
  OK(rtnl_->add(demand_routes(link_)));
  const auto down = routing_state();
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev gd-isp table 26468 src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 10.9.9.9"), HasSubstr("dev gd-isp src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 2001:db8::1"), HasSubstr("dev gd-isp table 26468 proto 103 src fd00:aa::1"));

  OK(rtnl_->add(replay_routes(link_, {Family::v4})));
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev gd-isp table 26468 src 192.0.0.2"));
  sh("sysctl -qw net.ipv4.conf.gd-isp.forwarding=1 net.ipv4.conf.gd-isp.rp_filter=0 "
     "net.ipv4.conf.all.rp_filter=0 "
     "net.ipv4.conf.gd-isp.accept_local=1");
  EXPECT_THAT(sh("ip route get 9.9.9.9 from 192.0.0.2 iif gd-isp"), HasSubstr("dev ppp-isp table 6775808"));

  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  EXPECT_THAT(sh("ip route get 9.9.9.9"), HasSubstr("dev ppp-isp table 26468 src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 10.9.9.9"), HasSubstr("dev ppp-isp src 192.0.0.2"));
  EXPECT_THAT(sh("ip route get 2001:db8::1; true"), HasSubstr("No route to host"));

  OK(rtnl_->remove(call_routes(link_, {Family::v4})));
  OK(rtnl_->remove(replay_routes(link_, {Family::v4})));
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

// After a crash the kernel's rules are the only memory of which link had which table.
TEST_F(Routes, KnowsTheLinksOfAnEarlierGhostd) {
  OK(rtnl_->add(rules_for({link_, {"two", 7, {}, {kStable4}}})));
  sh("ip rule add iif gd-other lookup 6775811 pref 100");  // somebody else's
  const auto known = rtnl_->known_links();
  ASSERT_TRUE(known) << known.error().what;
  EXPECT_EQ(*known, (std::map<std::string, unsigned>{{"isp", 0}, {"two", 7}}));
}

TEST_F(Routes, FlushTakesOursAndOnlyOurs) {
  OK(rtnl_->set_up({"isp", {kStable4, kStable6}, 1500, 4096}));
  sh("ip route add default dev ppp-isp metric 5; ip -6 route add default dev ppp-isp metric 5;"
     "ip rule add iif ppp-isp lookup 77; ip -6 rule add pref 32764 lookup 77");
  const auto before = routing_state();
  OK(rtnl_->add(rules_for({link_})));
  OK(rtnl_->add(demand_routes(link_)));
  OK(rtnl_->add(call_routes(link_, {Family::v4})));
  OK(rtnl_->add(replay_routes(link_, {Family::v6})));
  EXPECT_NE(routing_state(), before);
  const auto flushed = rtnl_->flush();
  ASSERT_TRUE(flushed) << flushed.error().what;
  EXPECT_EQ(*flushed, (Rtnl::Flushed{9, 6}));
  EXPECT_EQ(routing_state(), before);
  EXPECT_EQ(rtnl_->flush(), (Rtnl::Flushed{0, 0}));
}

// What the far end of a call says makes no route.
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
