// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/values.hpp"
#include "base/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

using namespace ghost::config;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Values, Booleans) {
  for (const auto* yes : {"1", "yes", "Y", "True", "t", "ON"}) EXPECT_EQ(parse_bool(yes), std::optional(true)) << yes;
  for (const auto* no : {"0", "no", "N", "False", "f", "OFF"}) EXPECT_EQ(parse_bool(no), std::optional(false)) << no;
  for (const auto* bad : {"", "2", "ja", "yes no", "enable"}) EXPECT_EQ(parse_bool(bad), std::nullopt) << bad;
}

TEST(Values, SizesAreToTheBase1024) {
  EXPECT_EQ(parse_size("1500"), 1500U);
  EXPECT_EQ(parse_size("64K"), 65536U);
  EXPECT_EQ(parse_size("1 M"), 1048576U);
  EXPECT_EQ(parse_size("17179869183G"), 17179869183ULL << 30);
  for (const auto* bad : {"", "K", "1k", "1KB", "1.5M", "-1", "0x10", "17179869184G", "99999999999999999999"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(Values, ListsByBlanksAndCommas) {
  EXPECT_THAT(split_list(" a, b\tc,,d ,"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(split_list(" ,\t"), IsEmpty());
}

TEST(Values, Utf8) {
  for (const auto* good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\x9e", "\xed\x9f\xbf"})
    EXPECT_TRUE(ghost::valid_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe2\x82"})
    EXPECT_FALSE(ghost::valid_utf8(bad)) << bad;
}

TEST(Values, NearestSuggestsOnlyWhatIsNear) {
  constexpr std::array<std::string_view, 4> kKeys{"IdleTimeout", "DialTimeout", "RedialDelay", "RedialDelayMax"};
  EXPECT_EQ(nearest("IdelTimeout", kKeys), "IdleTimeout");
  EXPECT_EQ(nearest("dialtimeout", kKeys), "DialTimeout");
  EXPECT_EQ(nearest("RedialDelayMx", kKeys), "RedialDelayMax");
  EXPECT_EQ(nearest("Colour", kKeys), "");
  EXPECT_EQ(nearest("x", kKeys), "");
}

TEST(Values, WordsAndPathsThatBecomeArguments) {
  for (const auto* good : {"isp", "my-isp_2", "a@b", "provider.old"}) EXPECT_TRUE(is_plain_word(good)) << good;
  for (const auto* bad : {"", "..", ".x", "-x", "a/b", "a b", "a\"b", "a'b", "a\\b", "a;b", "$(x)", "a\nb", "\xc3\xa9"})
    EXPECT_FALSE(is_plain_word(bad)) << bad;
  for (const auto* good : {"/dev/ttyUSB0", "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0"})
    EXPECT_TRUE(is_absolute_path(good)) << good;
  for (const auto* bad : {"", "/", "dev/tty", "/dev/", "/dev/../etc/shadow", "/dev/..", "/a b", "/a;b", "/a`b`", "/a$b"})
    EXPECT_FALSE(is_absolute_path(bad)) << bad;
}
