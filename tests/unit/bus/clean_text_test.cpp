// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/clean_text.hpp"

#include <gmock/gmock.h>

namespace ghost::bus {
namespace {

constexpr const char* kReplacement = "\xef\xbf\xbd";

TEST(CleanText, LeavesWellFormedTextAlone) {
  for (const std::string text : {"", "CONNECT 33600", "Gr\u00fc\u00dfe \u20ac \U0001f4de"}) EXPECT_EQ(clean_text(text), text);
}

TEST(CleanText, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(clean_text("a\xff"
                       "b"),
            std::string("a") + kReplacement + "b");
  EXPECT_EQ(clean_text("\xc3"), kReplacement);                                  // truncated
  EXPECT_EQ(clean_text("\xc0\xaf"), std::string(kReplacement) + kReplacement);  // overlong
  EXPECT_EQ(clean_text("\xe0\x80\x80"), std::string(kReplacement) + kReplacement + kReplacement);
  EXPECT_EQ(clean_text("\xed\xa0\x80"), std::string(kReplacement) + kReplacement + kReplacement);  // a surrogate
  EXPECT_EQ(clean_text("\xf4\x90\x80\x80").size(), 12u);                                           // beyond U+10FFFF
  EXPECT_EQ(clean_text("\xef\xbf\xbe"), kReplacement);                                             // U+FFFE: sd-bus refuses it
  EXPECT_EQ(clean_text("\xef\xb7\x90"), kReplacement);                                             // U+FDD0
}

TEST(CleanText, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(clean_text("\x1b[2J\r\n\t\x7f"), " [2J    ");
  EXPECT_EQ(clean_text(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(clean_text("\xc2\x9b"
                       "31m"),
            " 31m");  // C1: CSI
  EXPECT_EQ(clean_text("a\nb\r", true), "a\nb ");
}

TEST(CleanText, IsTotal) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      const auto clean = clean_text(text);
      EXPECT_EQ(clean_text(clean), clean);
      EXPECT_FALSE(clean.empty());
    }
}

}  // namespace
}  // namespace ghost::bus
