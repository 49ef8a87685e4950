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

TEST(ForeignDefaults, AreThoseOfOthersWithTheAddressesOfTheHost) {
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
  const std::vector<IpAddress> all{kAddress, *IpAddress::parse("192.0.2.11"), *IpAddress::parse("198.51.100.5")};
  EXPECT_THAT(seen, ElementsAre(ForeignDefault{Family::v4, "eth0", kGateway, 100, all},
                                ForeignDefault{Family::v4, "wan1", std::nullopt, 200, all}));
  EXPECT_EQ(seen[0].str(), "default via 192.0.2.1 dev eth0 metric 100");
  EXPECT_EQ(seen[1].str(), "default dev wan1 metric 200");
}

// Somebody may come in by eth0 to any of them. What is inside From= the link carries; what is a link's own it needs.
TEST(ForeignDefaults, HaveEachAddressThatNoLinkUses) {
  auto links = kLinks;
  links.front().share = {*Prefix::parse("192.168.7.0/24"), *Prefix::parse("192.0.2.0/24")};
  auto names = kNames;
  names[1] = "lo";
  names[6] = "lan0";
  auto by_eth0 = route(2, 100, kGateway);
  by_eth0.source = *IpAddress::parse("192.168.7.9");
  const std::vector<AddressSeen> addresses{address(1, "203.0.113.5"), address(1, "127.0.0.1", false), address(1, "2001:db8::5"),
                                           address(2, "192.0.2.10"),  address(3, "192.0.0.2"),        address(4, "100.64.7.7"),
                                           address(6, "192.168.7.1"), address(6, "192.168.7.9"),      address(6, "192.0.0.2"),
                                           address(9, "10.0.0.1")};
  const auto ip = [](const char* text) { return *IpAddress::parse(text); };
  const std::vector<IpAddress> theirs{ip("192.0.2.10"), ip("192.168.7.9"), ip("203.0.113.5")};
  const auto seen = foreign_defaults({by_eth0}, addresses, names, links);
  EXPECT_THAT(seen, ElementsAre(ForeignDefault{Family::v4, "eth0", kGateway, 100, theirs, {ip("192.168.7.1")}}));
  EXPECT_THAT(
      explain(seen, links)[0].text,
      HasSubstr("Packets from 192.0.2.10, 192.168.7.9, 203.0.113.5 (such as answers to connections that came in by eth0) are not "
                "affected. Packets from 192.168.7.1 use the link, as From= says"));
  links.front().metric = 50;  // its traffic follows main anyway
  EXPECT_THAT(foreign_defaults({by_eth0}, addresses, names, links)[0].shared, ElementsAre());
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
  const auto said = explain({four, six}, kLinks);
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0].text, testing::AllOf(HasSubstr("IPv4 default via 192.0.2.1 dev eth0 metric 100"), HasSubstr("link isp"),
                                           HasSubstr("192.0.2.10")));
  EXPECT_TRUE(explain({four}, {}).empty());
}

TEST(Explain, SaysWhoStandsInFrontOfAStandby) {
  const ForeignDefault eth0{Family::v4, "eth0", IpAddress::parse("192.0.2.1"), 300, {}};
  const LinkRouting link{"isp", "ppp-isp", 0, {default_prefix(Family::v4)}, {*IpAddress::parse("192.0.0.2")}, 500};
  auto in_front = link;
  in_front.metric = 200;
  EXPECT_THAT(explain({eth0}, {link}), ElementsAre(Explained{false,
                                                             "IPv4 default via 192.0.2.1 dev eth0 metric 300 is preferred to "
                                                             "link isp (Metric=500), which carries traffic only without it"}));
  EXPECT_THAT(explain({eth0}, {in_front}),
              ElementsAre(Explained{false,
                                    "IPv4 default via 192.0.2.1 dev eth0 metric 300 ranks below link isp (Metric=200): packets "
                                    "without a chosen source address use the link"}));
}

// main has one place for each metric, and a link uses two.
TEST(Explain, WarnsOfARouteThatHasAMetricOfTheLink) {
  ForeignDefault eth0{Family::v4, "eth0", IpAddress::parse("192.0.2.1"), 1024, {}};
  LinkRouting link{"isp", "ppp-isp", 0, {default_prefix(Family::v4)}, {*IpAddress::parse("192.0.0.2")}, 1023};
  EXPECT_THAT(
      explain({eth0}, {link}),
      ElementsAre(Explained{true,
                            "IPv4 default via 192.0.2.1 dev eth0 metric 1024 is preferred to link isp, because it has one of "
                            "the link's metrics (Metric=1023 and the next). Write Metric=1025 or more to leave the link behind "
                            "it, 1022 or less to put the link in front"}));
  link.metric = 1024;
  EXPECT_TRUE(explain({eth0}, {link})[0].warning);
  link.metric = 1022;
  EXPECT_THAT(explain({eth0}, {link})[0].text, HasSubstr("ranks below"));
  link.metric = 1025;
  EXPECT_THAT(explain({eth0}, {link})[0].text, HasSubstr("is preferred"));
  eth0.metric = link.metric.emplace(1);
  EXPECT_THAT(explain({eth0}, {link})[0].text, testing::EndsWith("Write Metric=2 or more to leave the link behind it"));
  eth0.metric = 1 + link.metric.emplace(4294967294);
  EXPECT_THAT(explain({eth0}, {link})[0].text, testing::EndsWith("Write Metric=4294967293 or less to put the link in front"));
}

}  // namespace
}  // namespace ghost::net
