// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/address_conflict.hpp"
#include "../addresses.hpp"

#include <gmock/gmock.h>

namespace ghost::net {
namespace {

HeldAddress has(const char* ifname, const char* local, std::uint8_t length, const char* peer = nullptr) {
  return {ifname, ip(local), ip(peer == nullptr ? local : peer), length};
}

const std::vector<HeldAddress> kHost = {
    has("lo", "127.0.0.1", 8),
    has("lan0", "10.10.10.1", 24),
    has("lan0", "fd77:10::1", 64),
    has("lan0", "fe80::1", 64),
    has("gd-isp", "192.0.0.2", 32),
    has("gd-two", "192.0.0.3", 32),
    has("ppp-two", "100.64.0.7", 32, "10.64.64.64"),
    has("odd0", "203.0.113.9", 0),
};

const LinkInterfaces kIsp{"gd-isp", "ppp-isp"};

const char* none = "";

TEST(AddressConflict, OfOurOwnEnd) {
  const auto conflict = [](const char* own) { return own_conflict(kIsp, ip(own), kHost).value_or(none); };
  EXPECT_EQ(conflict("10.64.64.77"), none);
  EXPECT_EQ(conflict("192.0.0.2"), none) << "a fixed address is the stable one";
  EXPECT_EQ(conflict("10.10.10.1"), "10.10.10.1, which the far end assigned to us, is the address of lan0");
  EXPECT_EQ(conflict("10.10.10.9"), "10.10.10.9, which the far end assigned to us, is in 10.10.10.0/24 of lan0");
  EXPECT_EQ(conflict("127.0.0.2"), "127.0.0.2, which the far end assigned to us, is in 127.0.0.0/8 of lo");
  EXPECT_EQ(conflict("192.0.0.3"), "192.0.0.3, which the far end assigned to us, is the address of gd-two");
  EXPECT_EQ(conflict("100.64.0.7"), "100.64.0.7, which the far end assigned to us, is the address of ppp-two");
  EXPECT_EQ(conflict("10.64.64.64"), "10.64.64.64, which the far end assigned to us, is in 10.64.64.64/32 of ppp-two");
  EXPECT_EQ(conflict("203.0.113.10"), none) << "everything is not a prefix";
  EXPECT_EQ(conflict("fd77:10::7"), "fd77:10::7, which the far end assigned to us, is in fd77:10::/64 of lan0");
  EXPECT_EQ(conflict("2001:db8::7"), none);
  EXPECT_EQ(conflict("fe80::7"), none) << "link-local addresses are each link's own";
}

TEST(AddressConflict, OfTheFarEnd) {
  const auto conflict = [](const char* far) { return far_conflict(kIsp, ip(far), kHost).value_or(none); };
  EXPECT_EQ(conflict("10.64.64.254"), none);
  EXPECT_EQ(conflict("10.64.64.64"), none) << "two far ends may call themselves the same";
  EXPECT_EQ(conflict("10.10.10.2"), "10.10.10.2, the far end's address, is in 10.10.10.0/24 of lan0");
  EXPECT_EQ(conflict("10.10.10.1"), "10.10.10.1, the far end's address, is the address of lan0");
  EXPECT_EQ(conflict("192.0.0.2"), "192.0.0.2, the far end's address, is the address of gd-isp");
  EXPECT_EQ(conflict("100.64.0.7"), "100.64.0.7, the far end's address, is the address of ppp-two");
}

TEST(AddressConflict, WhatPppdInventsIsNobodysChoice) {
  auto host = kHost;
  host.push_back(has("eth0", "10.0.0.5", 8));
  const auto conflict = [&](const char* far) { return far_conflict(kIsp, ip(far), host).value_or(none); };
  EXPECT_EQ(conflict("10.64.64.64"), none);
  EXPECT_EQ(conflict("10.64.64.67"), none);
  EXPECT_EQ(conflict("10.64.66.1"), "10.64.66.1, the far end's address, is in 10.0.0.0/8 of eth0");
  host.push_back(has("eth1", "10.64.64.64", 32));
  EXPECT_EQ(conflict("10.64.64.64"), "10.64.64.64, the far end's address, is the address of eth1");
}

TEST(AddressConflict, OfTheCallAsItStands) {
  const auto with = [](const HeldAddress& call) {
    auto held = kHost;
    held.push_back(call);
    return call_conflict(kIsp, held).value_or(none);
  };
  EXPECT_EQ(call_conflict(kIsp, kHost).value_or(none), none) << "there is no call";
  EXPECT_EQ(own_conflict({"gd-isp", "odd0"}, ip("203.0.113.9"), kHost).value_or(none), none) << "its interface has any name";
  EXPECT_EQ(with(has("ppp-isp", "10.64.64.77", 32, "10.64.64.254")), none);
  EXPECT_EQ(with(has("ppp-isp", "fe80::7", 128, "fe80::8")), none);
  EXPECT_EQ(with(has("ppp-isp", "10.64.64.77", 32)), none) << "the far end's address is still to come";
  EXPECT_THAT(with(has("ppp-isp", "10.64.64.77", 32, "10.10.10.2")), testing::HasSubstr("is in 10.10.10.0/24 of lan0"));
  EXPECT_THAT(with(has("ppp-isp", "10.10.10.1", 32, "10.64.64.254")), testing::HasSubstr("is the address of lan0"));
  EXPECT_THAT(with(has("ppp-two", "10.10.10.1", 32, "10.64.64.254")), none) << "that is another link's";
}

}  // namespace
}  // namespace ghost::net
