// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_words.hpp"

#include <gmock/gmock.h>

#include <vector>

using namespace ghost::ppp;
using namespace std::string_literals;
using ::testing::ElementsAre;

namespace {

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (OptionWords source(text); const auto word = source.next();) out.push_back(word->text);
  return out;
}

std::vector<unsigned> lines(std::string_view text) {
  std::vector<unsigned> out;
  for (OptionWords source(text); const auto word = source.next();) out.push_back(word->line);
  return out;
}

}  // namespace

TEST(OptionWords, AreReadAsPppdReadsThem) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"", {}},
           {" \t\r\n\v\f", {}},
           {"a  b\tc\nd", {"a", "b", "c", "d"}},
           {"a # b\nc", {"a", "c"}},
           {"a#b\nc", {"a", "c"}},
           {"# \\\na", {"a"}},  // a comment is not continued
           {"a'b c'd", {"ab cd"}},
           {"a\"b # 'c'\"d", {"ab # 'c'd"}},
           {"'a\"b' \"c'd\"", {"a\"b", "c'd"}},
           {"'a\nb' c", {"a\nb", "c"}},
           {"'' b", {"", "b"}},
           {"a ''", {"a"}},  // at the end of the file it is not a word
           {"a ''\n", {"a", ""}},
           {"a\\ b \\# \\\" \\' \\\\", {"a b", "#", "\"", "'", "\\"}},
           {"'a\\'b' \"c\\\"d\"", {"a'b", "c\"d"}},
           {"a\\\nb", {"ab"}},
           {"\\\n\\\n a", {"a"}},
           {"'a\\\nb'", {"ab"}},
           {"\\a\\b\\f\\n\\r\\s\\t\\z", {"\a\b\f\n\r \tz"}},
           {"\\101\\60\\7x \\1018", {"A0\ax", "A8"}},
           {"\\777", {"\xff"}},
           {"\\x41\\x4a1\\x9", {"AJ1\t"}},
           {"\\x4G", {"\x04G"}},
           {"a\\", {"a"}},
           {"\\", {}},
           {"a\\0b c", {"a", "c"}},  // a NUL ends it
           {"a\\xg c", {"a", "c"}},
           {"a\0b c"s, {"a", "c"}},
           {"'never ends", {"never ends"}},
           {"\xc3\xa9 \xff", {"\xc3\xa9", "\xff"}},
       })
    EXPECT_EQ(words(text), expected) << text;
}

TEST(OptionWords, HaveTheLineWhereTheyBegin) {
  EXPECT_THAT(lines("a\n\n# x\nb 'c\nd' e\\\nf g"), ElementsAre(1u, 4u, 4u, 5u, 6u));
  EXPECT_THAT(lines("\\\n\\\na"), ElementsAre(3u));
}

TEST(OptionWords, TooLongAWordIsCut) {
  const std::string fits(kOptionWordMax, 'x');
  EXPECT_EQ(OptionWords(fits).next(), (OptionWord{.text = fits}));
  EXPECT_EQ(OptionWords(fits + "y z").next(), (OptionWord{.text = fits, .cut = true}));
}

TEST(OptionWords, AQuoteWithoutAnEndIsNoticed) {
  EXPECT_EQ(OptionWords("\na'b\nc").next(), (OptionWord{.text = "ab\nc", .line = 2, .unclosed = true}));
}
