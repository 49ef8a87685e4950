// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ids.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

using namespace ghost;

TEST(LinkName, LongestNameStillFitsAnInterface) {
  const std::string longest(kLinkNameMax, 'x');
  EXPECT_TRUE(valid_link_name(longest));
  EXPECT_LT(ppp_interface(longest).size(), std::size_t{IFNAMSIZ});
  EXPECT_GE(ppp_interface(longest + "x").size(), std::size_t{IFNAMSIZ});
}

TEST(LinkName, RefusesWhatCouldBecomeAPathAnOptionOrALine) {
  for (const auto* bad : {"", "a/b", "..", "-x", "twelve-bytes", "a b", "a\nb", "é", "a.b", "isp@"})
    EXPECT_FALSE(valid_link_name(bad)) << bad;
}
