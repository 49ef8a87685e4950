// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing.hpp"

#include <gmock/gmock.h>

namespace ghost::net {
namespace {

using ::testing::ElementsAre;

const IpAddress kStable4 = *IpAddress::parse("192.0.0.2");
const IpAddress kStable6 = *IpAddress::parse("fd00:aa::1");
const Prefix kDefault4 = default_prefix(Family::v4);
const Prefix kDefault6 = default_prefix(Family::v6);
const Prefix kNet = *Prefix::parse("10.0.0.0/8");

const LinkRouting kBoth{"isp", 2, {kDefault4, kDefault6, *Prefix::parse("10.1.2.3/8")}, {kStable4, kStable6}};
const LinkRouting kOnly4{"sat", 0, {kDefault4, kDefault6}, {kStable4}};

TEST(Routing, DemandRoutesArePermanentAndLast) {
  EXPECT_THAT(demand_routes(kBoth), ElementsAre(Route{kDefault4, "gd-isp", 26468, 1002, kStable4},
                                                Route{kDefault6, "gd-isp", 26468, 1002, kStable6},
                                                Route{kNet, "gd-isp", 254, 1002, kStable4}));
}

TEST(Routing, CallRoutesComeFirstAndKeepTheSource) {
  EXPECT_THAT(
      call_routes(kBoth, {Family::v4, Family::v6}),
      ElementsAre(Route{kDefault4, "ppp-isp", 26468, 3, kStable4},
                  Route{kDefault6, "ppp-isp", 26468, 3, kStable6}, Route{kNet, "ppp-isp", 254, 3, kStable4}));
}

TEST(Routing, AFamilyThatIsNotCarriedIsUnreachable) {
  EXPECT_THAT(call_routes(kBoth, {Family::v4}),
              ElementsAre(Route{kDefault4, "ppp-isp", 26468, 3, kStable4}, Route{kDefault6, "", 26468, 3, {}},
                          Route{kNet, "ppp-isp", 254, 3, kStable4}));
  EXPECT_THAT(
      replay_routes(kBoth, {Family::v6}),
      ElementsAre(Route{kDefault4, "", 0x676402, 3, {}}, Route{kDefault6, "ppp-isp", 0x676402, 3, kStable6},
                  Route{kNet, "", 0x676402, 3, {}}));
}

TEST(Routing, AFamilyWithoutAStableAddressIsLeftAlone) {
  EXPECT_THAT(demand_routes(kOnly4), ElementsAre(Route{kDefault4, "gd-sat", 26468, 1000, kStable4}));
  EXPECT_THAT(call_routes(kOnly4, {Family::v4}),
              ElementsAre(Route{kDefault4, "ppp-sat", 26468, 1, kStable4}));
  EXPECT_THAT(rules_for({kOnly4}),
              ElementsAre(Rule{Family::v4, 32000, 0x676400, "gd-sat", {}},
                          Rule{Family::v4, 32764, 254, "", 0}, Rule{Family::v4, 32765, 26468, "", {}}));
}

TEST(Routing, RulesOfSeveralLinks) {
  EXPECT_THAT(
      rules_for({kOnly4, kBoth}),
      ElementsAre(Rule{Family::v4, 32000, 0x676400, "gd-sat", {}},
                  Rule{Family::v4, 32002, 0x676402, "gd-isp", {}}, Rule{Family::v4, 32764, 254, "", 0},
                  Rule{Family::v4, 32765, 26468, "", {}}, Rule{Family::v6, 32002, 0x676402, "gd-isp", {}},
                  Rule{Family::v6, 32764, 254, "", 0}, Rule{Family::v6, 32765, 26468, "", {}}));
}

TEST(Routing, NoLinksNoRules) { EXPECT_TRUE(rules_for({}).empty()); }

}  // namespace
}  // namespace ghost::net
