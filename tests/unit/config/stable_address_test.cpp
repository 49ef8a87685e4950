// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/stable_address.hpp"

#include <gtest/gtest.h>

using namespace ghost;
using namespace ghost::config;

TEST(StableAddress, TakesFiveOfRfc7335ThenTheBenchmarkRange) {
  std::set<IpAddress> taken;
  std::vector<std::string> order;
  while (const auto next = next_default_address(taken)) {
    taken.insert(*next);
    order.push_back(next->str());
  }
  ASSERT_EQ(order.size(), 259U);
  EXPECT_EQ(order[0], "192.0.0.2");
  EXPECT_EQ(order[4], "192.0.0.6");
  EXPECT_EQ(order[5], "198.19.103.1");
  EXPECT_EQ(order[258], "198.19.103.254");
}

TEST(StableAddress, StepsOverWhatIsTaken) {
  EXPECT_EQ(next_default_address({*IpAddress::parse("192.0.0.2"), *IpAddress::parse("192.0.0.3")})->str(), "192.0.0.4");
}

TEST(StableAddress, UniqueLocalIsStablePerMachineAndLink) {
  const MachineId machine{0x10, 0x21, 0x32, 0x43, 0x54, 0x65};
  const auto address = unique_local_address(machine, "isp");
  EXPECT_EQ(address, unique_local_address(machine, "isp"));
  // The value itself is a promise: a new version must not renumber a machine. FNV-1a 64 of the 16 bytes and "isp".
  EXPECT_EQ(address.str(), "fd10:2132:4354:0:b258:27d9:f42:7306");
  EXPECT_TRUE(Prefix::parse("fd10:2132:4354::/64")->contains(unique_local_address(machine, "other")));
  EXPECT_NE(address, unique_local_address(machine, "isp2"));
  EXPECT_NE(address, unique_local_address({0x10, 0x21, 0x32, 0x43, 0x54, 0x66}, "isp"));
}
