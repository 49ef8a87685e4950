// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/foreign_defaults.hpp"

#include <gmock/gmock.h>

namespace ghost::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const IpAddress kGateway = *IpAddress::parse("192.0.2.1");
const IpAddress kAddress = *IpAddress::parse("192.0.2.10");
const std::map<unsigned, std::string> kNames{{2, "eth0"}, {3, "gd-isp"}, {4, "ppp-isp"}, {5, "wan1"}};
const std::vector<LinkRouting> kLinks{
    {"isp", "ppp-isp", 0, {default_prefix(Family::v4), default_prefix(Family::v6)}, {*IpAddress::parse("192.0.0.2")}}};

RouteSeen route(unsigned interface, std::uint32_t metric, std::optional<IpAddress> gateway = {}) {
  return {.prefix = default_prefix(Family::v4),
          .table = 254,
          .metric = metric,
          .protocol = 3,
          .source = {},
          .hops = {{interface, gateway}}};
}
AddressSeen address(unsigned interface, const char* text, bool global = true) {
  const auto a = *IpAddress::parse(text);
  return {.index = interface, .local = a, .peer = a, .prefix_length = 24, .global = global};
}

TEST(ForeignDefaults, AreThoseOfOthersWithTheAddressesThere) {
  const std::vector<AddressSeen> addresses{address(2, "192.0.2.11"),         address(2, "192.0.2.10"),
                                           address(2, "169.254.1.1", false), address(2, "2001:db8::a"),
                                           address(5, "198.51.100.5"),       address(3, "192.0.0.2")};
  auto specific = route(2, 0);
  specific.prefix = *Prefix::parse("10.0.0.0/8");
  auto elsewhere = route(2, 0);
  elsewhere.table = 100;
  auto refusing = route(2, 0);
  refusing.unicast = false;
  auto ours = route(5, 0);
  ours.protocol = 103;
  const auto seen = foreign_defaults(
      {route(5, 200), route(2, 100, kGateway), specific, elsewhere, refusing, ours, route(4, 0), route(3, 1), route(9, 1)},
      addresses, kNames, kLinks);
  EXPECT_THAT(seen, ElementsAre(ForeignDefault{Family::v4, "eth0", kGateway, 100, {kAddress, *IpAddress::parse("192.0.2.11")}},
                                ForeignDefault{Family::v4, "wan1", std::nullopt, 200, {*IpAddress::parse("198.51.100.5")}}));
  EXPECT_EQ(seen[0].str(), "default via 192.0.2.1 dev eth0 metric 100");
  EXPECT_EQ(seen[1].str(), "default dev wan1 metric 200");
}

TEST(ForeignDefaults, AreNotThoseOfACallWhateverTheNameOfItsInterface) {
  auto links = kLinks;
  links.front().call_interface = "wan1";
  EXPECT_THAT(foreign_defaults({route(2, 100), route(5, 200)}, {}, kNames, links),
              ElementsAre(ForeignDefault{Family::v4, "eth0", std::nullopt, 100, {}}));
}

TEST(ForeignDefaults, EachHopOfAMultipathRouteCounts) {
  auto both = route(2, 0, kGateway);
  both.hops.push_back({5, std::nullopt});
  EXPECT_THAT(foreign_defaults({both}, {}, kNames, kLinks), ElementsAre(ForeignDefault{Family::v4, "eth0", kGateway, 0, {}},
                                                                        ForeignDefault{Family::v4, "wan1", std::nullopt, 0, {}}));
}

TEST(ForeignDefaults, AreExplainedWhereALinkIsInFrontOfThem) {
  const ForeignDefault four{Family::v4, "eth0", kGateway, 100, {kAddress}};
  const ForeignDefault six{Family::v6, "eth0", std::nullopt, 1024, {}};  // the link has no IPv6 address
  EXPECT_THAT(explain({four, six}, kLinks),
              ElementsAre(testing::AllOf(HasSubstr("IPv4 default via 192.0.2.1 dev eth0 metric 100"), HasSubstr("link isp"),
                                         HasSubstr("192.0.2.10"))));
  EXPECT_TRUE(explain({four}, {}).empty());
}

TEST(Explain, SaysWhoStandsInFrontOfAStandby) {
  const ForeignDefault eth0{Family::v4, "eth0", IpAddress::parse("192.0.2.1"), 300, {}};
  const LinkRouting link{"isp", "ppp-isp", 0, {default_prefix(Family::v4)}, {*IpAddress::parse("192.0.0.2")}, 500};
  auto in_front = link;
  in_front.metric = 200;
  EXPECT_EQ(explain({eth0}, {link}), std::vector<std::string>{"IPv4 default via 192.0.2.1 dev eth0 metric 300 is preferred to "
                                                              "link isp (Metric=500), which carries traffic only without it"});
  EXPECT_EQ(explain({eth0}, {in_front}),
            std::vector<std::string>{
                "IPv4 default via 192.0.2.1 dev eth0 metric 300 ranks below link isp (Metric=200): packets without "
                "a chosen source address use the link"});
}

}  // namespace
}  // namespace ghost::net
