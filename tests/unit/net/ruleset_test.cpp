// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/ruleset.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

namespace ghost::net {
namespace {

using namespace std::chrono_literals;

// tests/unit/net/ruleset.golden.json is the whole table of one link, one command a line. After a change that
// is meant: GHOSTD_WRITE_GOLDEN=1, and read the difference.
TEST(Ruleset, OneFullLink) {
  const Ruleset ruleset{{{"isp",
                          "ppp-isp",
                          {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("fd00:aa::1")},
                          {*Prefix::parse("10.10.10.9/24"), *Prefix::parse("fd00:bb::/64")},
                          90s}},
                        {"isp", "unknown"},
                        true,
                        {"eth1"}};
  std::string rendered;
  const auto commands = render(ruleset);
  for (const auto& command : commands.at("nftables")) rendered += command.dump() + "\n";
  if (std::getenv("GHOSTD_WRITE_GOLDEN") != nullptr) std::ofstream(GOLDEN) << rendered;
  std::ifstream file(GOLDEN);
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(golden.empty());
  EXPECT_EQ(rendered, golden);
}

// Whoever makes calls names their interface; nothing follows from the link's own name.
TEST(Ruleset, TheCallsInterfaceHasAnyName) {
  Ruleset ruleset;
  ruleset.links.push_back({"isp", "wwan0", {*IpAddress::parse("192.0.0.2")}, {*Prefix::parse("10.10.10.0/24")}});
  const auto rendered = render(ruleset).dump();
  EXPECT_THAT(rendered, testing::HasSubstr("\"wwan0\""));
  EXPECT_THAT(rendered, testing::Not(testing::HasSubstr("ppp-")));
}

TEST(Ruleset, NoLinksMeansNoRules) {
  const auto commands = render({});
  ASSERT_GT(commands.at("nftables").size(), 3U);
  for (const auto& command : commands.at("nftables")) {
    EXPECT_FALSE(command.contains("add") && command["add"].contains("rule")) << command;
  }
}

TEST(Ruleset, PrefixesThatLieWithinOthersAreLeftOut) {
  Ruleset ruleset;
  ruleset.links.push_back(
      {"a", "ppp-a", {*IpAddress::parse("10.1.2.3")}, {*Prefix::parse("10.10.0.0/16"), *Prefix::parse("10.10.10.0/24")}});
  ruleset.links.push_back(
      {"b", "ppp-b", {*IpAddress::parse("10.10.10.1")}, {*Prefix::parse("10.10.10.0/24"), *Prefix::parse("10.10.0.0/16")}});
  std::string impostors;
  const auto commands = render(ruleset);
  for (const auto& command : commands.at("nftables"))
    if (command.dump().find("\"chain\":\"impostors\"") != std::string::npos && command.dump().find("saddr") != std::string::npos)
      impostors = command.dump();
  EXPECT_THAT(impostors, testing::HasSubstr(R"("set":["10.1.2.3",{"prefix":{"addr":"10.10.0.0","len":16}}])"));
}

TEST(Ruleset, UnblockingDoesNotNeedABlock) {
  const auto element = nlohmann::json::parse(
      R"({"element": {"family": "inet", "table": "ghostd", "name": "blocked", "elem": ["gd-isp"]}})");
  EXPECT_EQ(render_blocked("isp", true)["nftables"], nlohmann::json::array({{{"add", element}}}));
  EXPECT_EQ(render_blocked("isp", false)["nftables"], nlohmann::json::array({{{"add", element}}, {{"delete", element}}}));
}

}  // namespace
}  // namespace ghost::net
