// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_secrets.hpp"

#include <gmock/gmock.h>

namespace ghost::init {
namespace {

using enum Conflict;

std::string after(std::string_view text, Conflict conflict = refused) {
  const auto out = with_secret(text, "ghost", "boo", conflict);
  return out ? *out : "error: " + out.error();
}

TEST(InitSecrets, ALineIsAppendedAndTheOthersStay) {
  EXPECT_EQ(after(""), "\"ghost\" * \"boo\"\n");
  EXPECT_EQ(after("# client server secret\nother * x\n"), "# client server secret\nother * x\n\"ghost\" * \"boo\"\n");
  EXPECT_EQ(after("other * x"), "other * x\n\"ghost\" * \"boo\"\n");
  EXPECT_EQ(after("ghost there x\n"), "ghost there x\n\"ghost\" * \"boo\"\n");  // of one server alone
  EXPECT_EQ(after("# ghost * boo\n"), "# ghost * boo\n\"ghost\" * \"boo\"\n");
}

TEST(InitSecrets, TheSameSecretIsNotThereTwice) {
  for (const auto* text : {"ghost * boo\n", "'ghost'\t\"*\" b\\oo  # mine\nother * x\n", "ghost * boo"})
    EXPECT_EQ(after(text), text);
}

TEST(InitSecrets, AnotherSecretIsReplacedOnlyByForce) {
  const auto* text = "a * b\nghost * old 10.0.0.1\nghost * older\nc * d\n";
  const auto kept = after(text);
  EXPECT_THAT(kept, testing::HasSubstr("has another secret for 'ghost'"));
  EXPECT_THAT(kept, testing::Not(testing::HasSubstr("old")));
  EXPECT_EQ(after(text, replaced), "a * b\n\"ghost\" * \"boo\"\nc * d\n");
}

TEST(InitSecrets, EveryTextIsReadBackAsItself) {
  for (const std::string text : {"", "plain", "with blank", "quo\"te", "back\\slash", "it's", "#5", "\xc3\xa4"})
    EXPECT_THAT(words_of(quoted_word(text) + " * " + quoted_word(text)), testing::ElementsAre(text, "*", text));
}

}  // namespace
}  // namespace ghost::init
