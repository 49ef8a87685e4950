// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/demand_interface.hpp"

#include <gmock/gmock.h>
#include <net/if.h>

#include "link_in_netns.hpp"

namespace ghost::net {
namespace {

using test::kStable4;
using test::kStable6;
using test::sh;
using ::testing::HasSubstr;
using ::testing::Not;
using ADemandInterface = test::LinkInNetns;

TEST_F(ADemandInterface, SetsUpADemandInterface) {
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1400, 2222}));
  const auto shown = sh("ip addr show dev gd-isp");
  EXPECT_THAT(shown, HasSubstr("mtu 1400"));
  EXPECT_THAT(shown, HasSubstr("qlen 2222"));
  EXPECT_THAT(shown, HasSubstr(",UP"));
  EXPECT_THAT(shown, HasSubstr("192.0.0.2/32 scope global"));
  EXPECT_THAT(shown, HasSubstr("fd00:aa::1/128 scope global nodad"));
  EXPECT_THAT(shown, Not(HasSubstr("tentative")));
  // Again, as a restart does; and with another address, as a reload may.
  OK(set_up(rtnl_->socket(), {"gd-isp", {kStable4, kStable6}, 1400, 2222}));
  EXPECT_EQ(sh("ip addr show dev gd-isp"), shown);
  OK(set_up(rtnl_->socket(), {"gd-isp", {*IpAddress::parse("192.0.0.3")}, 1400, 2222}));
  EXPECT_THAT(sh("ip -o addr show dev gd-isp"),
              testing::AllOf(HasSubstr("192.0.0.3/32"), Not(HasSubstr("192.0.0.2")), Not(HasSubstr("fd00:aa"))));
  EXPECT_EQ(set_up(rtnl_->socket(), {"gd-none", {kStable4}, 1400, 2222}).error().errno_value, ENODEV);
}

TEST_F(ADemandInterface, AnyDifferenceIsSeen) {
  const DemandInterface isp{"gd-isp", {kStable4, kStable6}, 1400, 2222};
  const std::vector<DemandInterface> all{isp, {"gd-none", {kStable4}, 1400, 2222}};  // one that does not exist does not count
  OK(set_up(rtnl_->socket(), isp));
  EXPECT_EQ(not_as(rtnl_->socket(), all).value(), std::vector<DemandInterface>());
  for (const std::string harm :
       {"ip link set gd-isp down", "ip link set gd-isp mtu 1300", "ip link set gd-isp txqueuelen 7",
        "ip addr del 192.0.0.2/32 dev gd-isp", "ip addr add 10.9.9.9/24 dev gd-isp", "ip -6 addr flush dev gd-isp"}) {
    sh(harm);
    EXPECT_EQ(not_as(rtnl_->socket(), all).value(), std::vector{isp}) << harm;
    OK(set_up(rtnl_->socket(), isp));
    EXPECT_EQ(not_as(rtnl_->socket(), all).value(), std::vector<DemandInterface>()) << harm;
  }
}

}  // namespace
}  // namespace ghost::net
