// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/hop_limit.hpp"

#include <gtest/gtest.h>

#include <random>

#include "packets.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

Packet given_back(Packet packet) {
  give_back_hop(packet);
  return packet;
}

}  // namespace

// The whole packet, checksum and all, is the one the sender would have made with a TTL of one more.
TEST(HopLimit, EveryTtlBelow255BecomesOneMore) {
  for (unsigned ttl = 0; ttl < 255; ++ttl) {
    const auto sent = ipv4("192.0.0.2", "9.9.9.9", {.ttl = static_cast<std::uint8_t>(ttl)}, udp(5353, 53));
    const auto wanted = ipv4("192.0.0.2", "9.9.9.9", {.ttl = static_cast<std::uint8_t>(ttl + 1)}, udp(5353, 53));
    EXPECT_EQ(given_back(sent), wanted) << ttl;
  }
}

TEST(HopLimit, EveryHopLimitBelow255BecomesOneMore) {
  for (unsigned limit = 0; limit < 255; ++limit) {
    const auto sent = ipv6("2001:db8::1", "2001:db8::2", 17, udp(1, 2), static_cast<std::uint8_t>(limit));
    const auto wanted = ipv6("2001:db8::1", "2001:db8::2", 17, udp(1, 2), static_cast<std::uint8_t>(limit + 1));
    EXPECT_EQ(given_back(sent), wanted) << limit;
  }
}

TEST(HopLimit, TwoHundredFiftyFiveStays) {
  const auto v4 = ipv4("192.0.0.2", "9.9.9.9", {.ttl = 255}, udp(1, 2));
  EXPECT_EQ(given_back(v4), v4);
  const auto v6 = ipv6("2001:db8::1", "2001:db8::2", 58, icmp(135), 255);  // neighbour discovery insists on 255
  EXPECT_EQ(given_back(v6), v6);
}

// The carries of the ones' complement sum, where a wrong fold shows; options count too.
TEST(HopLimit, ChecksumIsTheOneAFreshHeaderWouldHave) {
  std::mt19937 random(1624);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int run = 0; run < 200'000; ++run) {
    Packet header(run % 2 ? 20 : 24);
    for (auto& b : header) b = static_cast<std::uint8_t>(byte(random));
    header[0] = static_cast<std::uint8_t>(0x40 | header.size() / 4);
    if (header[8] == 255) continue;
    const auto finish = [](Packet p) {
      p[10] = p[11] = 0;
      const auto checksum = header_checksum(p);
      p[10] = high(checksum);
      p[11] = low(checksum);
      return p;
    };
    auto wanted = header;
    ++wanted[8];
    ASSERT_EQ(given_back(finish(header)), finish(wanted)) << run;
  }
}

// The checksum's own corners: a sum of 0xffff and its neighbours.
TEST(HopLimit, EveryChecksumIsMended) {
  for (unsigned id = 0; id <= 0xffff; ++id) {
    auto packet = ipv4("192.0.0.2", "9.9.9.9", {}, {});
    packet[4] = high(id);
    packet[5] = low(id);
    packet[10] = packet[11] = 0;
    auto wanted = packet;
    ++wanted[8];
    for (auto* p : {&packet, &wanted}) {
      const auto checksum = header_checksum(*p);
      (*p)[10] = high(checksum);
      (*p)[11] = low(checksum);
    }
    ASSERT_EQ(given_back(packet), wanted) << id;
  }
}

// A header that arrived broken must not leave as a sound one.
TEST(HopLimit, AWrongChecksumStaysWrong) {
  auto packet = ipv4("192.0.0.2", "9.9.9.9", {}, udp(1, 2));
  packet[10] ^= 0x40;
  give_back_hop(packet);
  auto header = Packet(packet.begin(), packet.begin() + 20);
  header[10] = header[11] = 0;
  EXPECT_NE(header_checksum(header), packet[10] << 8 | packet[11]);
}

TEST(HopLimit, WhatIsNoHeaderStays) {
  const auto v4 = ipv4("192.0.0.2", "9.9.9.9", {}, {});
  for (std::size_t size = 0; size < v4.size(); ++size) {
    const Packet cut(v4.begin(), v4.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(given_back(cut), cut) << size;
  }
  const auto v6 = ipv6("2001:db8::1", "2001:db8::2", 59, {});
  for (std::size_t size = 0; size < v6.size(); ++size) {
    const Packet cut(v6.begin(), v6.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(given_back(cut), cut) << size;
  }
  for (const unsigned version : {0u, 1u, 2u, 3u, 5u, 7u, 8u, 9u, 15u}) {
    auto other = v6;
    other[0] = static_cast<std::uint8_t>(version << 4 | 5);
    EXPECT_EQ(given_back(other), other) << version;
  }
  auto short_header = v4;
  short_header[0] = 0x44;  // a header of 16 bytes
  EXPECT_EQ(given_back(short_header), short_header);
}
