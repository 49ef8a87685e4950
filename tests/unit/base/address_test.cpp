// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.hpp"

#include <gtest/gtest.h>

using namespace ghost;

TEST(IpAddress, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(IpAddress::parse("192.0.0.2")->str(), "192.0.0.2");
  EXPECT_EQ(IpAddress::parse("2001:DB8:0::1")->str(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("2001:db8::1")->family(), Family::v6);
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const auto* bad : {"", "1.2.3", "1.2.3.4.5", "1.2.3.4/8", "fe80::1%eth0", "example.org", " 1.2.3.4"})
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

TEST(Prefix, ContainsOnlyItsOwn) {
  const auto lan = *Prefix::parse("10.10.10.0/24");
  EXPECT_TRUE(lan.contains(*IpAddress::parse("10.10.10.255")));
  EXPECT_FALSE(lan.contains(*IpAddress::parse("10.10.11.0")));
  EXPECT_FALSE(lan.contains(*IpAddress::parse("::a0a:a00")));
  EXPECT_TRUE(Prefix::parse("0.0.0.0/0")->contains(*IpAddress::parse("255.255.255.255")));
  EXPECT_TRUE(Prefix::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(Prefix::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:8000::1")));
}

TEST(Prefix, RefusesBadLengths) {
  for (const auto* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "/8", "default"})
    EXPECT_FALSE(Prefix::parse(bad)) << bad;
}

TEST(Prefix, NetworkClearsHostBits) { EXPECT_EQ(Prefix::parse("10.10.10.77/20")->network().str(), "10.10.0.0"); }
