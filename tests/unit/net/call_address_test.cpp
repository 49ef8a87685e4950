// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/call_address.hpp"

#include <gmock/gmock.h>
#include <net/if.h>

#include "link_in_netns.hpp"

namespace ghost::net {
namespace {

using test::kStable6;
using test::sh;
using ::testing::HasSubstr;
using ::testing::Not;
using CallAddress = test::LinkInNetns;

// The far end of a call cannot install a route.
TEST_F(CallAddress, AnAdvertisedAddressIsNothingButAnAddress) {
  const unsigned index = ::if_nametoindex("ppp-isp");
  const auto before = sh("ip -6 route show table all | grep -v ' table local ' || true");
  OK(give_address(rtnl_->socket(), index, kStable6, 1800, 3600));
  const auto shown = sh("ip -6 addr show dev ppp-isp");
  EXPECT_THAT(shown, HasSubstr("fd00:aa::1/128 scope global nodad dynamic noprefixroute"));
  EXPECT_THAT(shown, testing::ContainsRegex("valid_lft (3600|3599)sec preferred_lft (1800|1799)sec"));
  EXPECT_THAT(shown, Not(HasSubstr("tentative")));
  EXPECT_EQ(sh("ip -6 route show table all | grep -v ' table local ' || true"), before);
  OK(give_address(rtnl_->socket(), index, kStable6, 0, 0xffffffff));
  EXPECT_THAT(sh("ip -6 addr show dev ppp-isp"), HasSubstr("valid_lft forever preferred_lft 0sec"));
  OK(take_address(rtnl_->socket(), index, kStable6));
  OK(take_address(rtnl_->socket(), index, kStable6));
  EXPECT_THAT(sh("ip -6 addr show dev ppp-isp"), Not(HasSubstr("fd00:aa::1")));
}

}  // namespace
}  // namespace ghost::net
