// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nft.hpp"

#include <gmock/gmock.h>

#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using namespace std::chrono_literals;
using test::OwnNetns;
using test::sh;
using ::testing::HasSubstr;
using ::testing::Not;

RulesetLink link_named(const std::string& name) {
  return {name,
          "ppp-" + name,
          {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("fd00:aa::1")},
          {*Prefix::parse("10.10.10.0/24"), *Prefix::parse("fd00:bb::/64")},
          90s};
}

Ruleset full() { return {{link_named("isp"), link_named("sat")}, {"sat"}, true, {"eth1"}}; }

class Nft : public OwnNetns {};

TEST_F(Nft, TakesTheWholeRuleset) {
  const auto checked = nft::check(render(full()));
  EXPECT_TRUE(checked) << checked.error().what;
  EXPECT_THAT(sh("nft list ruleset"), Not(HasSubstr("ghostd")));
  const auto loaded = nft::load(full());
  ASSERT_TRUE(loaded) << loaded.error().what;
  const auto listed = sh("nft -s list ruleset");
  EXPECT_THAT(listed, HasSubstr("goto demand-isp"));
}

TEST_F(Nft, HundredLinksInOneGo) {
  Ruleset many;
  for (int i = 0; i < 100; ++i) many.links.push_back(link_named("l" + std::to_string(i)));
  const auto loaded = nft::load(many);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_THAT(sh("nft list ruleset"), HasSubstr("goto demand-l99"));
}

}  // namespace
}  // namespace ghost::net
