// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing.hpp"

#include <gmock/gmock.h>

#include "net/foreign_defaults.hpp"
#include "net/rtnetlink_dump.hpp"

namespace ghost::net {
namespace {

using ::testing::ElementsAre;

const IpAddress kStable4 = *IpAddress::parse("192.0.0.2");
const IpAddress kStable6 = *IpAddress::parse("fd00:aa::1");
const Prefix kDefault4 = default_prefix(Family::v4);
const Prefix kDefault6 = default_prefix(Family::v6);
const Prefix kNet = *Prefix::parse("10.0.0.0/8");

const LinkRouting kBoth{"isp", "ppp-isp", 2, {kDefault4, kDefault6, *Prefix::parse("10.1.2.3/8")}, {kStable4, kStable6}};
const LinkRouting kOnly4{"sat", "ppp-sat", 0, {kDefault4, kDefault6}, {kStable4}};

TEST(Routing, DemandRoutesArePermanentAndLast) {
  EXPECT_THAT(demand_routes(kBoth),
              ElementsAre(Route{kDefault4, "gd-isp", 26468, 1002, kStable4}, Route{kDefault6, "gd-isp", 26468, 1002, kStable6},
                          Route{kNet, "gd-isp", 254, 1002, kStable4}));
}

TEST(Routing, CallRoutesComeFirstAndKeepTheSource) {
  EXPECT_THAT(call_routes(kBoth, {Family::v4, Family::v6}),
              ElementsAre(Route{kDefault4, "ppp-isp", 26468, 3, kStable4}, Route{kDefault6, "ppp-isp", 26468, 3, kStable6},
                          Route{kNet, "ppp-isp", 254, 3, kStable4}));
}

// Whoever makes calls names their interface; nothing follows from the link's own name.
TEST(Routing, TheCallsInterfaceHasAnyName) {
  auto link = kBoth;
  link.call_interface = "wwan0";
  for (const auto& route : call_routes(link, {Family::v4, Family::v6})) EXPECT_EQ(route.interface, "wwan0");
  for (const auto& route : demand_routes(link)) EXPECT_EQ(route.interface, "gd-isp");
}

TEST(Routing, AFamilyThatIsNotCarriedIsUnreachable) {
  EXPECT_THAT(call_routes(kBoth, {Family::v4}),
              ElementsAre(Route{kDefault4, "ppp-isp", 26468, 3, kStable4}, Route{kDefault6, "", 26468, 3, {}},
                          Route{kNet, "ppp-isp", 254, 3, kStable4}));
}

TEST(Routing, AFamilyWithoutAStableAddressIsLeftAlone) {
  EXPECT_THAT(demand_routes(kOnly4), ElementsAre(Route{kDefault4, "gd-sat", 26468, 1000, kStable4}));
  EXPECT_THAT(call_routes(kOnly4, {Family::v4}), ElementsAre(Route{kDefault4, "ppp-sat", 26468, 1, kStable4}));
  EXPECT_TRUE(rules_for(Family::v6, {kOnly4}, {}).empty());
}

const Prefix kNobody4 = *Prefix::parse("255.255.255.255");
const Prefix kNobody6 = *Prefix::parse("ff00::/8");

TEST(Routing, RulesLetMoreSpecificRoutesWinThenLeadToTheLinks) {
  EXPECT_THAT(rules_for(Family::v4, {kOnly4, kBoth}, {}),
              ElementsAre(Rule{Family::v4, 32765, 254, kNobody4, true, 0}, Rule{Family::v4, 32765, 26468}));
  EXPECT_THAT(rules_for(Family::v6, {kOnly4, kBoth}, {}),
              ElementsAre(Rule{Family::v6, 32765, 254, kNobody6, true, 0}, Rule{Family::v6, 32765, 26468}));
}

TEST(Routing, WhatIsBoundToAForeignAddressGoesAsMainSays) {
  const auto a = *IpAddress::parse("192.0.2.10"), b = *IpAddress::parse("2001:db8::a"), c = *IpAddress::parse("192.0.2.11");
  const std::vector<ForeignDefault> foreign{
      {Family::v4, "eth0", *IpAddress::parse("192.0.2.1"), 100, {a, c}},
      {Family::v4, "eth0", *IpAddress::parse("192.0.2.2"), 200, {c, a}},  // a second one of the same interface
      {Family::v6, "eth0", std::nullopt, 1024, {b}}};
  EXPECT_THAT(rules_for(Family::v4, {kBoth}, foreign),
              ElementsAre(Rule{Family::v4, 32765, 254, kNobody4, true, 0}, Rule{Family::v4, 32765, 254, Prefix{a, 32}},
                          Rule{Family::v4, 32765, 254, Prefix{c, 32}}, Rule{Family::v4, 32765, 26468}));
  EXPECT_THAT(rules_for(Family::v6, {kBoth}, foreign),
              ElementsAre(Rule{Family::v6, 32765, 254, kNobody6, true, 0}, Rule{Family::v6, 32765, 254, Prefix{b, 128}},
                          Rule{Family::v6, 32765, 26468}));
}

TEST(Routing, WithoutADefaultOfOursThereAreNoRules) {
  const std::vector<ForeignDefault> foreign{{Family::v4, "eth0", std::nullopt, 0, {*IpAddress::parse("192.0.2.10")}}};
  EXPECT_TRUE(rules_for(Family::v4, {}, foreign).empty());
  EXPECT_TRUE(rules_for(Family::v4, {{"isp", "ppp-isp", 0, {kNet}, {kStable4}}}, foreign).empty());
}

// A kernel without IPv6 answers with IPv4 routes.
TEST(Routing, OnlyRoutesOfTheFamilyWereAskedFor) {
  const RouteSeen seen{.prefix = kDefault4, .table = 254, .metric = 0, .protocol = 3, .source = {}, .hops = {}};
  EXPECT_TRUE(is_asked_for(seen, Family::v4, 0, 0));
  EXPECT_TRUE(is_asked_for(seen, Family::v4, 254, 3));
  EXPECT_FALSE(is_asked_for(seen, Family::v6, 0, 0));
  EXPECT_FALSE(is_asked_for(seen, Family::v4, 77, 0));
  EXPECT_FALSE(is_asked_for(seen, Family::v4, 0, 103));
}

TEST(Routing, AStandbyHasItsRoutesInMainByItsMetric) {
  auto standby = kBoth;
  standby.metric = 100;
  EXPECT_THAT(demand_routes(standby),
              ElementsAre(Route{kDefault4, "gd-isp", 254, 101, kStable4}, Route{kDefault6, "gd-isp", 254, 101, kStable6},
                          Route{kNet, "gd-isp", 254, 101, kStable4}));
  EXPECT_THAT(call_routes(standby, {Family::v4}),
              ElementsAre(Route{kDefault4, "ppp-isp", 254, 100, kStable4}, Route{kDefault6, "", 254, 100, {}},
                          Route{kNet, "ppp-isp", 254, 100, kStable4}, Route{kDefault4, "ppp-isp", 0x676402, 100, kStable4}));
  EXPECT_TRUE(rules_for(Family::v4, {standby}, {}).empty());
  standby.carried = {Family::v4};
  EXPECT_THAT(rules_for(Family::v4, {standby}, {}), ElementsAre(Rule{Family::v4, 32765, 254, kNobody4, true, 0},
                                                                Rule{Family::v4, 32765, 0x676402, Prefix{kStable4, 32}}));
  EXPECT_TRUE(rules_for(Family::v6, {standby}, {}).empty());
  EXPECT_THAT(rules_for(Family::v4, {standby, kOnly4}, {}),
              ElementsAre(Rule{Family::v4, 32765, 254, kNobody4, true, 0},
                          Rule{Family::v4, 32765, 0x676402, Prefix{kStable4, 32}}, Rule{Family::v4, 32765, 26468}));
  standby.withdrawn = {Family::v4};
  EXPECT_THAT(demand_routes(standby),
              ElementsAre(Route{kDefault6, "gd-isp", 254, 101, kStable6}, Route{kNet, "gd-isp", 254, 101, kStable4}));
  standby.withdrawn = {Family::v4, Family::v6};
  EXPECT_THAT(demand_routes(standby), ElementsAre(Route{kNet, "gd-isp", 254, 101, kStable4}));
  standby.outranked = {Family::v4};
  EXPECT_THAT(call_routes(standby, {Family::v4}),
              ElementsAre(Route{kDefault6, "", 254, 100, {}}, Route{kNet, "ppp-isp", 254, 100, kStable4},
                          Route{kDefault4, "ppp-isp", 0x676402, 100, kStable4}));
  EXPECT_EQ(demand_routes(in_full(standby)).size(), 3U);
  EXPECT_EQ(call_routes(in_full(standby), {Family::v4}).size(), 4U);
}

}  // namespace
}  // namespace ghost::net
