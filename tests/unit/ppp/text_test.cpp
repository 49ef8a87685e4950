// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/text.hpp"

#include <gmock/gmock.h>

#include <random>
#include <vector>

using namespace ghost::ppp;
using ::testing::ElementsAre;

TEST(Printable, LetsNothingThroughThatCouldForgeALineOrBreakUtf8) {
  EXPECT_EQ(printable("  a\nb\x1b[0m\xc3\xa9\x7f "), "a b [0m??");
  EXPECT_EQ(printable(std::string(kDetailMax + 5, 'x')).size(), kDetailMax);
  EXPECT_EQ(printable("\n\n"), "");
}

TEST(WithoutSecrets, HidesWhatChatSendsAndWhatTheModemEchoes) {
  EXPECT_EQ(without_secrets("send (ATDT5551234^M)"), "send (hidden)");
  EXPECT_EQ(without_secrets("send (hunter2^M)"), "send (hidden)");
  EXPECT_EQ(without_secrets("AT+CPIN=\"1234\"^M^M"), "AT (hidden)");
  EXPECT_EQ(without_secrets("CONNECT 115200"), "CONNECT 115200");
  EXPECT_EQ(without_secrets("local  IP address 10.0.0.2"), "local  IP address 10.0.0.2");
}

TEST(LineBuffer, CutsLinesHoweverTheBytesCome) {
  const std::string stream = "one\n\ntwo three\nrest";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    std::vector<std::string> lines;
    LineBuffer buffer;
    const auto keep = [&](std::string_view l) { lines.emplace_back(l); };
    for (std::size_t i = 0; i < stream.size(); i += piece) buffer.feed(std::string_view(stream).substr(i, piece), keep);
    EXPECT_THAT(lines, ElementsAre("one", "", "two three")) << piece;
    buffer.finish(keep);
    EXPECT_EQ(lines.back(), "rest") << piece;
  }
}

TEST(LineBuffer, GivesTheHeadOfALineThatNeverEnds) {
  std::vector<std::string> lines;
  LineBuffer buffer;
  const auto keep = [&](std::string_view l) { lines.emplace_back(l); };
  for (int i = 0; i < 5000; ++i) buffer.feed("x", keep);
  buffer.feed("\nnext\n", keep);
  EXPECT_THAT(lines, ElementsAre(std::string(kLineMax, 'x'), "next"));
}
