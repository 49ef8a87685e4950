// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/too_big.hpp"

#include <gmock/gmock.h>

#include <random>

#include "core/packet.hpp"
#include "packets.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr std::uint16_t kDf = 0x4000, kMf = 0x2000;

Packet counting(std::size_t length) {
  Packet out;
  for (std::size_t i = 0; i < length; ++i) out.push_back(low(i * 7));
  return out;
}

std::size_t word(const Packet& p, std::size_t at) { return static_cast<std::size_t>(p.at(at) << 8 | p.at(at + 1)); }
std::size_t header(const Packet& p) { return (p[0] & 0x0fu) * 4u; }

// RFC 791 §3.2: what the far end makes of fragments. Empty: it cannot.
Packet reassembled(const std::vector<Packet>& fragments) {
  Packet payload;
  for (std::size_t i = 0; i < fragments.size(); ++i) {
    const auto& f = fragments[i];
    const bool more = (word(f, 6) & kMf) != 0;
    if (word(f, 2) != f.size() || (word(f, 6) & 0x1fff) * 8 != payload.size() || more == (i + 1 == fragments.size())) return {};
    payload.insert(payload.end(), f.begin() + static_cast<std::ptrdiff_t>(header(f)), f.end());
  }
  return payload;
}

}  // namespace

TEST(Fragment, SplitsAtTheMtuAndTheFarEndHasItWhole) {
  const auto payload = udp(1, 2, counting(1472));
  const auto packet = ipv4("192.0.0.2", "9.9.9.9", {}, payload);
  const auto fragments = fragment(packet, 1280);
  ASSERT_EQ(fragments.size(), 2u);
  EXPECT_EQ(fragments[0], ipv4("192.0.0.2", "9.9.9.9", {.fragment = kMf}, Packet(payload.begin(), payload.begin() + 1256)));
  EXPECT_EQ(fragments[1], ipv4("192.0.0.2", "9.9.9.9", {.fragment = 1256 / 8}, Packet(payload.begin() + 1256, payload.end())));
  EXPECT_EQ(reassembled(fragments), payload);
}

TEST(Fragment, AFragmentIsFragmentedFurther) {
  const auto payload = counting(800);
  const auto middle = fragment(ipv4("192.0.0.2", "9.9.9.9", {.fragment = kMf | 100}, payload), 520);
  ASSERT_EQ(middle.size(), 2u);
  EXPECT_EQ(word(middle[0], 6), kMf | 100u);
  EXPECT_EQ(word(middle[1], 6), kMf | (100u + 496 / 8)) << "more follow behind both";
}

TEST(Fragment, OnlyOptionsThatSayCopyAreInLaterOnes) {
  const Packet copied{0x82, 4, 1, 2}, not_copied{0x07, 3, 4}, nothing{1};
  const auto packet = ipv4("192.0.0.2", "9.9.9.9", {.options = not_copied + nothing + copied}, counting(100));
  const auto fragments = fragment(packet, 68);
  ASSERT_EQ(fragments.size(), 3u);
  EXPECT_EQ(header(fragments[0]), 28u);
  EXPECT_EQ(Packet(fragments[1].begin() + 20, fragments[1].begin() + 24), copied);
  EXPECT_EQ(header(fragments[1]), 24u);
  EXPECT_EQ(reassembled(fragments), counting(100));
}

TEST(Fragment, NotWhereItMustNotOrCannotBe) {
  const auto payload = udp(1, 2, counting(1000));
  EXPECT_TRUE(fragment(ipv4("192.0.0.2", "9.9.9.9", {.fragment = kDf}, payload), 600).empty());
  EXPECT_TRUE(fragment(ipv6("fd00::2", "2001:db8::9", 17, payload), 600).empty());
  EXPECT_TRUE(fragment(ipv4("192.0.0.2", "9.9.9.9", {}, payload), 27).empty()) << "no room for eight bytes";
  EXPECT_TRUE(fragment({}, 600).empty());
  EXPECT_FALSE(may_be_fragmented(ipv4("192.0.0.2", "9.9.9.9", {.fragment = kDf}, payload)));
  EXPECT_TRUE(may_be_fragmented(ipv4("192.0.0.2", "9.9.9.9", {}, payload)));
}

TEST(Fragment, AnyPacketAndMtuOrNothing) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto pick = [&](std::size_t n) { return random() % n; };
    Packet options;
    for (std::size_t left = pick(11); left > 0; --left)
      options = options + Packet{low(pick(256)), low(pick(12)), low(pick(256)), low(pick(256))};
    const auto payload = counting(pick(3000));
    const auto packet = ipv4("192.0.0.2", "9.9.9.9", {.options = options}, payload);
    const auto mtu = static_cast<unsigned>(pick(1600));
    const auto fragments = fragment(packet, mtu);
    for (const auto& f : fragments) {
      EXPECT_LE(f.size(), mtu);
      EXPECT_EQ(header_checksum(std::span(f).first(header(f))), 0) << "over a right header the sum is zero";
    }
    if (!fragments.empty()) EXPECT_EQ(reassembled(fragments), payload) << i;
    else EXPECT_LT(mtu, 68u) << "RFC 791: every module can forward 68 bytes";
  }
}

TEST(TooBig, Ipv4IsToldTheMtuAndQuoted) {
  const auto packet = ipv4("192.0.0.2", "9.9.9.9", {.fragment = kDf}, udp(5353, 53, counting(1452)));
  const auto answer = too_big_answer(packet, 1280, *IpAddress::parse("192.0.0.2"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), 576u);
  const auto info = describe_packet(*answer);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->str(), "icmp 192.0.0.2 -> 192.0.0.2 type 3");
  EXPECT_EQ(answer->at(21), 4) << "fragmentation needed";
  EXPECT_EQ(word(*answer, 26), 1280u);
  EXPECT_EQ(header_checksum(std::span(*answer).first(20)), 0);
  EXPECT_EQ(header_checksum(std::span(*answer).subspan(20)), 0);
  EXPECT_TRUE(std::equal(answer->begin() + 28, answer->end(), packet.begin()));
}

TEST(TooBig, Ipv6IsToldTheMtuAndQuoted) {
  const auto packet = ipv6("fd00::2", "2001:db8::9", 17, udp(5353, 53, counting(1432)));
  const auto answer = too_big_answer(packet, 1300, *IpAddress::parse("fd00::1"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), 1280u);
  EXPECT_EQ(describe_packet(*answer)->str(), "icmpv6 fd00::1 -> fd00::2 type 2");
  EXPECT_EQ(word(*answer, 46), 1300u);
  // RFC 8200 §8.1: with its pseudo-header.
  Packet summed(answer->begin() + 8, answer->begin() + 40);
  summed = summed + Packet{0, 0, high(answer->size() - 40), low(answer->size() - 40), 0, 0, 0, 58};
  summed.insert(summed.end(), answer->begin() + 40, answer->end());
  EXPECT_EQ(header_checksum(summed), 0);
  EXPECT_TRUE(std::equal(answer->begin() + 48, answer->end(), packet.begin()));
}

TEST(TooBig, AShortPacketIsQuotedWhole) {
  const auto packet = ipv4("10.10.10.2", "9.9.9.9", {.fragment = kDf}, udp(1, 2, counting(60)));
  const auto answer = too_big_answer(packet, 68, *IpAddress::parse("192.0.0.2"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), 28 + packet.size());
}

TEST(TooBig, NobodyIsToldOfAnErrorAPartOrForAGroup) {
  const auto router = *IpAddress::parse("192.0.0.2"), router6 = *IpAddress::parse("fd00::1");
  for (const auto type : std::initializer_list<std::uint8_t>{3, 4, 5, 11, 12}) {
    const auto error = ipv4("192.0.0.2", "9.9.9.9", {.protocol = 1, .fragment = kDf}, Packet{type} + counting(700));
    EXPECT_FALSE(too_big_answer(error, 576, router)) << unsigned{type};
  }
  EXPECT_TRUE(
      too_big_answer(ipv4("192.0.0.2", "9.9.9.9", {.protocol = 1, .fragment = kDf}, icmp(8) + counting(700)), 576, router));
  EXPECT_FALSE(too_big_answer(ipv6("fd00::2", "2001:db8::9", 58, Packet{1} + counting(1400)), 1280, router6));
  EXPECT_FALSE(too_big_answer(ipv4("192.0.0.2", "9.9.9.9", {.fragment = kDf | 100}, counting(700)), 576, router));
  EXPECT_FALSE(too_big_answer(ipv4("0.0.0.0", "9.9.9.9", {.fragment = kDf}, counting(700)), 576, router));
  EXPECT_FALSE(too_big_answer(ipv6("::", "2001:db8::9", 17, counting(1400)), 1280, router6));
  EXPECT_FALSE(too_big_answer(ipv4("192.0.0.2", "9.9.9.9", {.fragment = kDf}, counting(700)), 576, router6))
      << "of the other family";
  EXPECT_FALSE(too_big_answer({}, 576, router));
}
