// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/wanted_names.hpp"

#include <gmock/gmock.h>

using namespace ghost;
using namespace ghost::daemon;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Pair;

namespace {

WantedNames::Seen down(const std::string& name, const std::string& server) {
  WantedNames::Seen out;
  out.link.link = name;
  out.link.routes = {default_prefix(Family::v4)};
  out.link.configured = {*IpAddress::parse(server)};
  out.link.interfaces = {"gd-" + name, "ppp-" + name};
  return out;
}

TEST(WantedNames, AreOfAllLinksThatWereSeen) {
  WantedNames wanted;
  wanted.see(down("isp", "9.9.9.9"));
  wanted.see(down("far", "8.8.8.8"));
  const auto first = wanted.news();
  ASSERT_TRUE(first);
  EXPECT_THAT(first->names, ElementsAre(Key("gd-far"), Key("gd-isp")));
  EXPECT_THAT(first->interfaces, ElementsAre("gd-far", "gd-isp", "ppp-far", "ppp-isp"));
  wanted.forget("far");
  const auto second = wanted.news();
  ASSERT_TRUE(second);
  EXPECT_THAT(second->names, ElementsAre(Key("gd-isp")));
  EXPECT_THAT(second->interfaces, ElementsAre("gd-isp", "ppp-isp"));
}

// Where there is no link, resolved may still have something of an earlier ghostd's.
TEST(WantedNames, AreNewsOnceEvenWhereThereAreNone) {
  WantedNames wanted;
  ASSERT_TRUE(wanted.news());
  EXPECT_FALSE(wanted.news());
}

TEST(WantedNames, AreNoNewsWhileALinkIsAsItWas) {
  WantedNames wanted;
  auto link = down("isp", "9.9.9.9");
  wanted.see(link);
  wanted.see(down("far", "8.8.8.8"));
  std::ignore = wanted.news();
  wanted.see(link);
  wanted.forget("nobody");
  EXPECT_FALSE(wanted.news());
  link.link.up = true;
  link.link.named = {*IpAddress::parse("10.0.0.2")};
  link.link.remote = link.link.named.front();
  wanted.see(link);
  wanted.see(down("far", "8.8.8.8"));
  const auto news = wanted.news();
  ASSERT_TRUE(news);
  EXPECT_THAT(news->names, ElementsAre(Key("gd-far"), Key("gd-isp"), Key("ppp-isp")));
}

// A call that may be an earlier ghostd's keeps what it has until it is known whose it is.
TEST(WantedNames, LeaveACallAloneThatIsNotJudged) {
  WantedNames wanted;
  auto link = down("isp", "9.9.9.9");
  link.judged = false;
  wanted.see(link);
  EXPECT_THAT(wanted.news()->interfaces, ElementsAre("gd-isp"));
}

TEST(WantedNames, KnowWhoseAnInterfaceIs) {
  WantedNames wanted;
  auto link = down("isp", "9.9.9.9");
  link.link.interfaces.call = "wwan0";
  wanted.see(link);
  EXPECT_EQ(wanted.link_of("wwan0"), "isp");
  EXPECT_EQ(wanted.link_of("gd-isp"), "isp");
  EXPECT_EQ(wanted.link_of("ppp-isp"), "");
}

}  // namespace
