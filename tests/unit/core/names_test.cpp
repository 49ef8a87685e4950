// SPDX-License-Identifier: GPL-2.0-or-later
// Who is asked for names: the states of links, and what systemd-resolved is to have of it.
#include "core/names.hpp"

#include <gmock/gmock.h>

using namespace ghost;
using namespace ghost::core;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }
Prefix net(const char* text) { return *Prefix::parse(text); }

const std::vector<IpAddress> kFixed{ip("9.9.9.9")};
const std::vector<IpAddress> kNamed{ip("10.1.1.1"), ip("10.1.1.2")};
const std::vector<Prefix> kDefault{net("0.0.0.0/0")};
const std::vector<Prefix> kSplit{net("10.0.0.0/8"), net("9.9.9.9/32")};

NamesLink down(const char* name, unsigned index, std::vector<Prefix> routes, std::vector<IpAddress> dns) {
  NamesLink link;
  link.link = name;
  link.interfaces = {std::string("gd-") + name, std::string("ppp-") + name};
  link.index = index;
  link.routes = std::move(routes);
  link.configured = std::move(dns);
  return link;
}
NamesLink up(const char* name, unsigned index, std::vector<Prefix> routes, std::vector<IpAddress> dns,
             std::vector<IpAddress> named) {
  auto link = down(name, index, std::move(routes), std::move(dns));
  link.up = true;
  link.named = std::move(named);
  link.remote = ip("10.64.64.254");
  return link;
}
NamesLink blocked(NamesLink link) {
  link.callable = false;
  return link;
}

// "ppp-a! gd-b": those with servers, "!" for the one that is asked.
std::string who(const std::vector<NamesLink>& links) {
  std::string out;
  for (const auto& [interface, names] : names_for(links)) out += (out.empty() ? "" : " ") + interface + (names.asked ? "!" : "");
  return out;
}

}  // namespace

// Whoever makes the calls names their interface.
TEST(Names, OfTheInterfacesThatALinkHas) {
  auto link = up("a", 0, kDefault, kFixed, kNamed);
  link.interfaces = {"gd-a", "wwan0"};
  EXPECT_EQ(who({link}), "gd-a wwan0!");
}

TEST(Names, OfOneLink) {
  EXPECT_EQ(who({down("a", 0, kDefault, {})}), "");
  EXPECT_EQ(who({down("a", 0, kDefault, kFixed)}), "gd-a!");
  EXPECT_EQ(who({blocked(down("a", 0, kDefault, kFixed))}), "gd-a");
  EXPECT_EQ(who({up("a", 0, kDefault, {}, kNamed)}), "ppp-a!");
  EXPECT_EQ(who({up("a", 0, kDefault, {}, {})}), "");
  EXPECT_EQ(who({up("a", 0, kDefault, kFixed, kNamed)}), "gd-a ppp-a!");
  EXPECT_EQ(who({up("a", 0, kDefault, kFixed, {})}), "gd-a ppp-a!");
  EXPECT_EQ(who({blocked(up("a", 0, kDefault, kFixed, kNamed))}), "gd-a ppp-a!") << "a block ends no call";
}

TEST(Names, TheCallsServersAreAskedAndThoseOfTheFileWhereItNamesNone) {
  EXPECT_THAT(names_for({up("a", 0, kDefault, kFixed, kNamed)}).at("ppp-a").servers, testing::ElementsAreArray(kNamed));
  EXPECT_THAT(names_for({up("a", 0, kDefault, kFixed, {})}).at("ppp-a").servers, testing::ElementsAreArray(kFixed));
  EXPECT_THAT(names_for({up("a", 0, kDefault, kFixed, kNamed)}).at("gd-a").servers, testing::ElementsAreArray(kFixed));
}

TEST(Names, OfTwoWithDefaultRoutesTheOneThatCarries) {
  const auto a = down("a", 0, kDefault, kFixed), b = down("b", 1, kDefault, kFixed);
  const auto a_up = up("a", 0, kDefault, kFixed, kNamed), b_up = up("b", 1, kDefault, kFixed, kNamed);
  EXPECT_EQ(who({a, b}), "gd-a! gd-b");
  EXPECT_EQ(who({b, a}), "gd-a! gd-b");
  EXPECT_EQ(who({a_up, b}), "gd-a gd-b ppp-a!");
  EXPECT_EQ(who({a, b_up}), "gd-a gd-b ppp-b!") << "a lookup must not dial the first while the second carries";
  EXPECT_EQ(who({a_up, b_up}), "gd-a gd-b ppp-a! ppp-b");
  EXPECT_EQ(who({down("a", 0, kDefault, {}), b}), "gd-b") << "the second would be dialled, and is not the one that packets call";
  EXPECT_EQ(who({blocked(a), b}), "gd-a gd-b");
}

TEST(Names, OneBehindAnotherDefaultRouteIsNotAsked) {
  auto a = down("a", 0, kDefault, kFixed), a_up = up("a", 0, kDefault, kFixed, kNamed);
  a.gives_way = a_up.gives_way = true;
  EXPECT_EQ(who({a}), "gd-a");
  EXPECT_EQ(who({a_up}), "gd-a ppp-a");
  EXPECT_EQ(who({a, down("b", 1, kDefault, kFixed)}), "gd-a gd-b!");
}

// The host has an uplink for one family, with servers of its own: a lookup must not dial.
TEST(Names, OneBehindAnotherDefaultRouteInAFamilyOfItsServersIsNotAsked) {
  const std::vector<Prefix> both{net("0.0.0.0/0"), net("::/0")};
  auto four = down("a", 0, both, kFixed), six = down("a", 0, both, {ip("2620:fe::fe")});
  auto mixed = down("a", 0, both, {ip("2620:fe::fe"), ip("9.9.9.9")});
  auto called = up("a", 0, both, {ip("2620:fe::fe")}, kNamed), called6 = up("a", 0, both, kFixed, {ip("2620:fe::fe")});
  EXPECT_EQ(who({four}), "gd-a!");
  for (auto* link : {&four, &six, &mixed, &called, &called6}) link->behind_in = {Family::v4};
  EXPECT_EQ(who({four}), "gd-a");
  EXPECT_EQ(who({six}), "gd-a!");
  EXPECT_EQ(who({mixed}), "gd-a");
  EXPECT_EQ(who({called}), "gd-a ppp-a");
  EXPECT_EQ(who({called6}), "gd-a ppp-a!") << "the call's servers are asked, not the file's";
  EXPECT_EQ(who({four, down("b", 1, kDefault, kFixed)}), "gd-a gd-b!");
}

TEST(Names, ALinkWithoutTheDefaultRouteIsAskedIfItSaysSoAndNobodyElseIs) {
  const auto split = down("s", 0, kSplit, kFixed), split_up = up("s", 0, kSplit, kFixed, kNamed);
  EXPECT_EQ(who({split}), "gd-s!");
  EXPECT_EQ(who({split_up}), "gd-s ppp-s!");
  EXPECT_EQ(who({up("s", 0, kSplit, {}, kNamed)}), "ppp-s") << "it has servers, for who asks there";
  EXPECT_EQ(who({split, down("z", 1, kDefault, kFixed)}), "gd-s gd-z!");
  EXPECT_EQ(who({split_up, down("z", 1, kDefault, kFixed)}), "gd-s gd-z! ppp-s");
  EXPECT_EQ(who({split, down("z", 1, kDefault, {})}), "gd-s!");
  EXPECT_EQ(who({split, up("t", 1, kSplit, kFixed, kNamed)}), "gd-s gd-t ppp-t!") << "one that is up needs no call";
}

TEST(Names, AServerThatNoRouteLeadsToIsNotAsked) {
  EXPECT_THAT(reachable_servers({ip("10.1.1.1"), ip("192.0.2.1"), ip("10.1.1.1")}, kSplit, std::nullopt),
              ElementsAre(ip("10.1.1.1")));
  EXPECT_THAT(reachable_servers({ip("192.0.2.1")}, kSplit, ip("192.0.2.1")), ElementsAre(ip("192.0.2.1")));
  EXPECT_THAT(reachable_servers({ip("2001:db8::1")}, kDefault, std::nullopt), IsEmpty());
  EXPECT_THAT(reachable_servers({}, kDefault, std::nullopt), IsEmpty());
  EXPECT_THAT(names_for({up("s", 0, kSplit, kFixed, {ip("192.0.2.1")})}).at("ppp-s").servers, testing::ElementsAreArray(kFixed));
}
