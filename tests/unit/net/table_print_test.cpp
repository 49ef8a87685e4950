// SPDX-License-Identifier: GPL-2.0-or-later
// The table is recognized by its content: any change by a program is seen, changes by packets are not.
#include "net/table_print.hpp"

#include <gmock/gmock.h>

#include "net/nft.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;
using namespace std::chrono_literals;

class Printed : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    tun_ = std::move(make_tun("ppp-isp").value());
    sh("ip link set ppp-isp up");
    ASSERT_TRUE(nft::load(ruleset_));
  }
  TablePrint print() {
    const auto out = table_print();
    EXPECT_TRUE(out && *out);
    return out && *out ? **out : TablePrint{};
  }
  UniqueFd tun_;
  Ruleset ruleset_{{{"isp", "ppp-isp", {*IpAddress::parse("192.0.0.2")}, {*Prefix::parse("10.10.10.0/24")}, 90s},
                    {"two", "ppp-two", {*IpAddress::parse("192.0.0.3")}, {}, 90s}},
                   {"two"},
                   true,
                   {}};
};

TEST_F(Printed, IsTheSameWhereverAndHoweverOftenItWasLoaded) {
  const auto before = print();
  EXPECT_EQ(before.blocked, (std::set<std::string>{"gd-two"}));
  EXPECT_GT(before.rules, 20U);
  sh("nft add table inet other; nft add chain inet other demand; nft add table ip ghostd; nft add chain ip ghostd x");
  ASSERT_TRUE(nft::load(ruleset_));
  EXPECT_EQ(print(), before);
  ASSERT_TRUE(nft::keep_live("ppp-isp", 5s));
  ASSERT_TRUE(nft::delete_table());
  ASSERT_TRUE(nft::load(ruleset_));
  EXPECT_EQ(print(), before);
}

TEST_F(Printed, IsAnotherWhateverIsChanged) {
  const auto before = print();
  for (
      const std::string harm :
      {"nft flush chain inet ghostd nat_postrouting", "nft flush table inet ghostd", "nft add rule inet ghostd forward accept",
       "nft insert rule inet ghostd forward drop", "nft add chain inet ghostd mine",
       "nft 'add table inet ghostd { flags dormant; }'", "nft add element inet ghostd blocked { gd-isp }",
       "nft flush set inet ghostd blocked",
       "nft delete rule inet ghostd forward handle $(nft -a list chain inet ghostd forward | sed -n 's/.*handle //p' | tail -1)"}) {
    sh(harm);
    EXPECT_NE(print(), before) << harm;
    ASSERT_TRUE(nft::load(ruleset_));
    EXPECT_EQ(print(), before) << harm;
  }
  sh("nft flush ruleset");
  EXPECT_EQ(table_print().value(), std::nullopt);
}

TEST_F(Printed, PacketsDoNotChangeIt) {
  sh("nft add rule inet ghostd guard counter; nft add chain inet ghostd count '{ type filter hook output priority 0; }';"
     "nft add rule inet ghostd count counter");
  const auto before = print();
  sh("bash -c 'echo x > /dev/udp/127.0.0.1/9'");
  EXPECT_EQ(print(), before);
}

TEST_F(Printed, ACanaryDiesWithTheTableOrItsRules) {
  EXPECT_EQ(table_canary_lives(), false);
  for (const std::string harm : {"nft flush ruleset", "nft delete table inet ghostd", "nft flush table inet ghostd"}) {
    ASSERT_TRUE(put_table_canary());
    EXPECT_EQ(table_canary_lives(), true);
    sh(harm);
    EXPECT_EQ(table_canary_lives(), false) << harm;
  }
  ASSERT_TRUE(put_table_canary());
  ASSERT_TRUE(nft::load(ruleset_));
  EXPECT_EQ(table_canary_lives(), false);
}

}  // namespace
}  // namespace ghost::net
