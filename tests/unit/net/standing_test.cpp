// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/standing.hpp"

#include <gmock/gmock.h>

namespace ghost::net {
namespace {

const IpAddress k4 = *IpAddress::parse("192.0.0.2"), k6 = *IpAddress::parse("fd00:aa::1");

LinkRouting link(const std::string& name, std::optional<std::uint32_t> metric, bool both = false) {
  LinkRouting out{name, "ppp-" + name, 0, {default_prefix(Family::v4)}, {k4}, metric};
  if (both) {
    out.prefixes.push_back(default_prefix(Family::v6));
    out.stable.push_back(k6);
  }
  return out;
}
ForeignDefault other(std::uint32_t metric, Family family = Family::v4) {
  return {family, "eth0", *IpAddress::parse("192.0.2.1"), metric, {}};
}
const std::string kOther = "default via 192.0.2.1 dev eth0 metric 100";

const std::vector<Family> kNo, kIPv4{Family::v4}, kBothFamilies{Family::v4, Family::v6};
const Standing kFree{};

TEST(Standing, ABetterDefaultRouteStandsInFront) {
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(100)}), (std::vector<Standing>{{kOther, true, kIPv4, kNo}}));
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(300)}), std::vector{kFree});
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {}), std::vector{kFree});
  EXPECT_EQ(standing({link("isp", std::nullopt)}, {true}, {other(100)}), std::vector{kFree});
}

TEST(Standing, OneFamilyInFrontIsNotBehindInBoth) {
  EXPECT_EQ(standing({link("isp", 200, true)}, {true}, {other(100)}), (std::vector<Standing>{{kOther, false, kIPv4, kNo}}));
  EXPECT_EQ(standing({link("isp", 200, true)}, {true}, {other(100), other(100, Family::v6)}),
            (std::vector<Standing>{{kOther, true, kBothFamilies, kNo}}));
}

TEST(Standing, AChainByMetricInWhichWhoCannotCallMakesRoom) {
  const std::vector<LinkRouting> chain{link("a", 100), link("b", 200), link("c", 300)};
  const Standing behind_a{"link a (Metric=100)", true, kIPv4, kNo}, behind_b{"link b (Metric=200)", true, kIPv4, kNo};
  const Standing makes_room{"", false, kNo, kIPv4};
  EXPECT_EQ(standing(chain, {true, true, true}, {}), (std::vector{kFree, behind_a, behind_a}));
  EXPECT_EQ(standing(chain, {false, true, true}, {}), (std::vector{makes_room, kFree, behind_b}));
  EXPECT_EQ(standing(chain, {false, false, true}, {}), (std::vector{makes_room, makes_room, kFree}));
  // Nobody behind the last can carry: it keeps what comes.
  EXPECT_EQ(standing(chain, {false, false, false}, {}), (std::vector{kFree, kFree, kFree}));
  EXPECT_EQ(standing(chain, {true, true, false}, {other(400)})[2], (Standing{"link a (Metric=100)", true, kIPv4, kIPv4}));
}

// No route below can carry IPv6, which is not a reason to hold IPv4.
TEST(Standing, MakesRoomInTheFamiliesThatAnotherCanCarry) {
  EXPECT_EQ(standing({link("a", 200, true), link("b", 300)}, {false, true}, {}),
            (std::vector<Standing>{{"", false, kNo, kIPv4}, kFree}));
  EXPECT_EQ(standing({link("a", 50, true)}, {false}, {other(100)}), (std::vector<Standing>{{"", false, kNo, kIPv4}}));
  EXPECT_EQ(standing({link("a", 50, true)}, {false}, {other(100), other(100, Family::v6)}),
            (std::vector<Standing>{{"", false, kNo, kBothFamilies}}));
}

// While the link is down, its route has the metric 201.
TEST(Standing, ARouteWithAMetricOfTheLinkIsInFrontAndHasThePlace) {
  const auto eth0 = [](const char* metric) { return std::string("default via 192.0.2.1 dev eth0 metric ") + metric; };
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(202)}), std::vector{kFree});
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(201)}),
            (std::vector<Standing>{{eth0("201"), true, kIPv4, kIPv4, kIPv4}}));
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(200)}), (std::vector<Standing>{{eth0("200"), true, kIPv4, kNo, kIPv4}}));
  EXPECT_EQ(standing({link("isp", 200, true)}, {true}, {other(100), other(201)}),
            (std::vector<Standing>{{kOther, false, kIPv4, kIPv4, kIPv4}}));
  EXPECT_EQ(standing({link("isp", 200), link("two", 202)}, {true, true}, {other(201)})[1].front, eth0("201"));
}

TEST(Standing, NamesBothThatStandInFrontAlthoughOneNameBeginsTheOther) {
  auto six = link("isp", std::nullopt);
  six.prefixes = {default_prefix(Family::v6)};
  six.stable = {k6};
  EXPECT_EQ(standing({link("isp2", std::nullopt), six, link("behind", 200, true)}, {true, true, true}, {})[2],
            (Standing{"link isp2, link isp", true, kBothFamilies, kNo}));
}

TEST(Standing, AFirstLinkIsInFrontOfAll) {
  EXPECT_EQ(standing({link("one", std::nullopt), link("two", 5)}, {true, true}, {}),
            (std::vector<Standing>{kFree, {"link one", true, kIPv4, kNo}}));
}

}  // namespace
}  // namespace ghost::net
