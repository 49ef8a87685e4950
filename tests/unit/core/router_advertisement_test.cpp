// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/router_advertisement.hpp"

#include <gmock/gmock.h>

namespace ghost::core {
namespace {

using Bytes = std::vector<std::uint8_t>;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }
Prefix prefix(const char* text) { return *Prefix::parse(text); }

Bytes head() { return {134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}; }

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// RFC 4861 §4.6.2; valid 0x0e10 (3600), preferred 0x0708 (1800).
Bytes prefix_information(const char* network, std::uint8_t length, std::uint8_t flags) {
  Bytes out = {3, 4, length, flags, 0, 0, 0x0e, 0x10, 0, 0, 0x07, 0x08, 0, 0, 0, 0};
  const auto address = ip(network);
  out.insert(out.end(), address.bytes().begin(), address.bytes().end());
  return out;
}

std::optional<RouterAdvertisement> decode(const Bytes& bytes, const char* source = "fe80::1", int hop_limit = 255) {
  return decode_router_advertisement({ip(source), hop_limit, bytes});
}

TEST(RouterAdvertisement, SaysPrefixesAndAnMtu) {
  const Bytes mtu = {5, 1, 0, 0, 0, 0, 0x05, 0xd4};
  const auto said = decode(head() + prefix_information("2001:db8:1::77", 64, 0xc0) + mtu +
                           prefix_information("2001:db8:2::", 64, 0x40));
  ASSERT_TRUE(said);
  EXPECT_THAT(said->prefixes, ElementsAre(AdvertisedPrefix{prefix("2001:db8:1::/64"), 3600, 1800},
                                          AdvertisedPrefix{prefix("2001:db8:2::/64"), 3600, 1800}));
  EXPECT_EQ(said->mtu, 1492U);
}

// The far end of a call makes no route: what is about routes alone says nothing.
TEST(RouterAdvertisement, WhatIsAboutRoutesIsNotRead) {
  const auto on_link = prefix_information("2000::", 3, 0x80);
  const Bytes route_information = {24, 2, 8, 0, 0, 0, 0x0e, 0x10, 0xfd, 0, 0, 0, 0, 0, 0, 0};
  const auto said = decode(head() + on_link + route_information);
  ASSERT_TRUE(said);
  EXPECT_THAT(said->prefixes, IsEmpty());
}

TEST(RouterAdvertisement, WhoMayAdvertise) {
  EXPECT_TRUE(decode(head()));
  EXPECT_TRUE(decode(head(), "febf::1"));
  EXPECT_FALSE(decode(head(), "fec0::1"));
  EXPECT_FALSE(decode(head(), "2001:db8::1")) << "RFC 4861 6.1.2: a link-local source";
  EXPECT_FALSE(decode(head(), "::"));
  EXPECT_FALSE(decode(head(), "fe80::1", 254)) << "it came from farther away";
}

TEST(RouterAdvertisement, WhatIsNoneOrNotWhole) {
  auto other_type = head(), other_code = head(), cut = head();
  other_type[0] = 133;
  other_code[1] = 1;
  cut.pop_back();
  EXPECT_FALSE(decode({}));
  EXPECT_FALSE(decode(other_type));
  EXPECT_FALSE(decode(other_code));
  EXPECT_FALSE(decode(cut));
  EXPECT_FALSE(decode(head() + Bytes{3})) << "an option without its length";
  EXPECT_FALSE(decode(head() + Bytes{1, 0, 0, 0, 0, 0, 0, 0})) << "an option of length 0";
  EXPECT_FALSE(decode(head() + Bytes{1, 2, 0, 0, 0, 0, 0, 0})) << "an option longer than the message";
}

// Of another length than theirs, or impossible in themselves: passed over like an option nobody knows, the rest holds.
TEST(RouterAdvertisement, OptionsThatAreNot) {
  Bytes short_prefix = prefix_information("2001:db8:1::", 64, 0x40);
  short_prefix.resize(16);
  short_prefix[1] = 2;
  const Bytes long_mtu = {5, 2, 0, 0, 0, 0, 0x05, 0xd4, 0, 0, 0, 0, 0, 0, 0, 0};
  const auto said = decode(head() + short_prefix + long_mtu + prefix_information("2001:db8:3::", 129, 0x40) +
                           Bytes{99, 1, 1, 2, 3, 4, 5, 6} + prefix_information("2001:db8:2::", 64, 0x40));
  ASSERT_TRUE(said);
  EXPECT_THAT(said->prefixes, ElementsAre(AdvertisedPrefix{prefix("2001:db8:2::/64"), 3600, 1800}));
  EXPECT_FALSE(said->mtu);
}

// Cut at every byte and with every byte replaced: an answer, never a read past the end. Each piece lies in a block of just its
// size, so that a sanitizer sees the first byte too far.
TEST(RouterAdvertisement, IsTotal) {
  const auto whole = head() + prefix_information("2001:db8:1::", 64, 0xc0) + Bytes{5, 1, 0, 0, 0, 0, 5, 0xd4};
  for (std::size_t size = 0; size <= whole.size(); ++size) (void)decode(Bytes(whole.begin(), whole.begin() + size));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      auto changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      (void)decode(changed);
    }
}

}  // namespace
}  // namespace ghost::core
