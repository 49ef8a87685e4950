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

TEST(Standing, ABetterDefaultRouteStandsInFront) {
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(100)}), (std::vector<Standing>{{kOther, true, false}}));
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {other(300)}), (std::vector<Standing>{{"", false, false}}));
  EXPECT_EQ(standing({link("isp", 200)}, {true}, {}), (std::vector<Standing>{{"", false, false}}));
  EXPECT_EQ(standing({link("isp", std::nullopt)}, {true}, {other(100)}), (std::vector<Standing>{{"", false, false}}));
}

TEST(Standing, OneFamilyInFrontIsNotBehindInBoth) {
  EXPECT_EQ(standing({link("isp", 200, true)}, {true}, {other(100)}), (std::vector<Standing>{{kOther, false, false}}));
  EXPECT_EQ(standing({link("isp", 200, true)}, {true}, {other(100), other(100, Family::v6)}),
            (std::vector<Standing>{{kOther, true, false}}));
}

TEST(Standing, AChainByMetricInWhichWhoCannotCallMakesRoom) {
  const std::vector<LinkRouting> chain{link("a", 100), link("b", 200), link("c", 300)};
  EXPECT_EQ(
      standing(chain, {true, true, true}, {}),
      (std::vector<Standing>{{"", false, false}, {"link a (Metric=100)", true, false}, {"link a (Metric=100)", true, false}}));
  EXPECT_EQ(standing(chain, {false, true, true}, {}),
            (std::vector<Standing>{{"", false, true}, {"", false, false}, {"link b (Metric=200)", true, false}}));
  EXPECT_EQ(standing(chain, {false, false, true}, {}),
            (std::vector<Standing>{{"", false, true}, {"", false, true}, {"", false, false}}));
  // Nobody behind the last can carry: it keeps what comes.
  EXPECT_EQ(standing(chain, {false, false, false}, {}),
            (std::vector<Standing>{{"", false, false}, {"", false, false}, {"", false, false}}));
  EXPECT_EQ(standing(chain, {true, true, false}, {other(400)})[2], (Standing{"link a (Metric=100)", true, true}));
}

TEST(Standing, NamesBothThatStandInFrontAlthoughOneNameBeginsTheOther) {
  auto six = link("isp", std::nullopt);
  six.prefixes = {default_prefix(Family::v6)};
  six.stable = {k6};
  EXPECT_EQ(standing({link("isp2", std::nullopt), six, link("behind", 200, true)}, {true, true, true}, {})[2],
            (Standing{"link isp2, link isp", true, false}));
}

TEST(Standing, AFirstLinkIsInFrontOfAll) {
  EXPECT_EQ(standing({link("one", std::nullopt), link("two", 5)}, {true, true}, {}),
            (std::vector<Standing>{{"", false, false}, {"link one", true, false}}));
}

}  // namespace
}  // namespace ghost::net
