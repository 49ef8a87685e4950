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

TEST(PeerName, IsAFileOfHarmlessLetters) {
  for (const auto* good : {"isp", "my-isp_2", "a@b:c+d", "provider.old", "0"}) EXPECT_TRUE(valid_peer_name(good)) << good;
  EXPECT_TRUE(valid_peer_name(std::string(255, 'x')));
  EXPECT_FALSE(valid_peer_name(std::string(256, 'x')));
  for (const auto* bad : {"", "-v", ".hidden", "..", "a/b", "a b", "a\nb", "a,b", "a\"b", "b\xfcro"})
    EXPECT_FALSE(valid_peer_name(bad)) << bad;
}
