// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/syntax.hpp"

#include <gtest/gtest.h>

#include <random>

#include "config/values.hpp"

using namespace ghost::config;

TEST(Syntax, SaysWhatStandsInWhichLine) {
  const auto scanned = scan("f",
                            "# comment\n"
                            "; another\n"
                            "\n"
                            "[Link]   # trailing\n"
                            "  Description = \"two words\"  # why\n"
                            "Peer=isp\t# tab\n"
                            "[Call]\n"
                            "[Link]\n"
                            "User=me");
  EXPECT_EQ(scanned, (Scanned{{{"Link", 4}, {"Call", 7}, {"Link", 8}},
                              {{"Link", "Description", "two words", 5}, {"Link", "Peer", "isp", 6}, {"Link", "User", "me", 9}},
                              {}}));
}

TEST(Syntax, TakesWhatIsSoundBesideWhatIsNot) {
  const auto scanned = scan("f", "[Link]\nDescription=\"a b\"\nbad\nPeer=\n[Call]\nIdleTimeout=1h 30min # x\n[Link]\nUser=me");
  EXPECT_EQ(scanned.assignments, (std::vector<Assignment>{{"Link", "Description", "a b", 2},
                                                          {"Link", "Peer", "", 4},
                                                          {"Call", "IdleTimeout", "1h 30min", 6},
                                                          {"Link", "User", "me", 8}}));
}

// What is taken means what a reader would think, whatever is in it.
TEST(Syntax, QuotesAreTheReaders) {
  for (const auto& [text, value] :
       std::vector<std::pair<std::string, std::string>>{{"\"a b\"", "a b"},
                                                        {"\" a b \"", " a b "},
                                                        {"\"\"", ""},
                                                        {"\" \"", " "},
                                                        {"a \"b\" c", "a \"b\" c"},
                                                        {"{\"at\": \"x\"}", "{\"at\": \"x\"}"},
                                                        {"'a b'", "'a b'"},
                                                        {"a=b", "a=b"},
                                                        {"a\\", "a\\"},
                                                        {"a;b", "a;b"},
                                                        {"[x]", "[x]"},
                                                        {"\"a\" # b", "a"},
                                                        {"\"a\" # b \"c", "a"},
                                                        {"\"123#0001@isp.example\"", "123#0001@isp.example"},
                                                        {"\"a # b\"", "a # b"},
                                                        {"\"# a\" # b", "# a"},
                                                        {"\"#\"", "#"},
                                                        {"{\"at\": \"x # y\"} # why", "{\"at\": \"x # y\"}"},
                                                        {"a # \"b", "a"}})
    EXPECT_EQ(scan("f", "[A b]\nK=" + text + "\nL=last\n"),
              (Scanned{{{"A b", 1}}, {{"A b", "K", value, 2}, {"A b", "L", "last", 3}}, {}}))
        << text;
}

// Whatever stands in a value is its own, or is refused: never the next line's.
TEST(Syntax, ALineNeverReachesIntoTheNext) {
  std::mt19937 random(5);  // NOLINT
  constexpr std::string_view kAlphabet = "\"\"\"{}:,\\=;a $'-[]";
  int taken = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string value;
    for (auto n = random() % 8; n > 0; --n) value += kAlphabet[random() % kAlphabet.size()];
    const auto scanned = scan("f", "[A b]\nK=" + value + "\nL=last\n");
    ASSERT_FALSE(scanned.assignments.empty());
    ASSERT_EQ(scanned.assignments.back(), (Assignment{"A b", "L", "last", 3})) << value;
    ASSERT_EQ(scanned.assignments.size() + scanned.problems.size(), 2U) << value;
    taken += scanned.problems.empty() ? 1 : 0;
  }
  EXPECT_GT(taken, 1000);
}

TEST(Syntax, EqualKeysOfDifferentSectionsAreAllFound) {
  EXPECT_EQ(scan("f", "[A]\nK=1\n[B]\nK=2\n[C]\nK=3\n").assignments,
            (std::vector<Assignment>{{"A", "K", "1", 2}, {"B", "K", "2", 4}, {"C", "K", "3", 6}}));
}

TEST(Syntax, NamesEachFaultWithItsLine) {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::string long_line(kLineMax + 1, 'x');
  for (
      const auto& [text, expected] : {
          Row{"[Link\n", "f:1: section header without ']'"},
          Row{"[]\n", "f:1: section without a name"},
          Row{"[Link] x\n", "f:1: text after the section header"},
          Row{"[Li[nk]\n", "f:1: malformed section header"},
          Row{"[Link]]\n", "f:1: text after the section header"},
          Row{"[Link]\nPeer\n", "f:2: not a [Section], a Key=value or a comment"},
          Row{"[Link]\nA=1\n  continued\n", "f:3: not a [Section], a Key=value or a comment"},
          Row{"[Link]\n=v\n", "f:2: malformed key before '='"},
          Row{"[Link]\nA b=v\n", "f:2: malformed key before '='"},
          Row{"[Link]\nA#b=v\n", "f:2: malformed key before '='"},
          Row{"Peer=isp\n", "f:1: Peer= is before the first section; write [Link] or another section above it"},
          Row{"[Link]\nA=b#c\n",
              "f:2: '#' is not allowed inside a value; write double quotes around the value. A comment needs a blank before it"},
          Row{"[Link]\nA=\"b\"#c\n",
              "f:2: '#' is not allowed inside a value; write double quotes around the value. A comment needs a blank before it"},
          Row{"[Link]\nA=\"b\n",
              "f:2: unpaired double quotes; write a pair around the whole value, or inside a value that does not begin with one"},
          Row{"[Link]\nA=\"b # c\n",
              "f:2: unpaired double quotes; write a pair around the whole value, or inside a value that does not begin with one"},
          Row{"[Link]\nA=\"b\" \"c\"\n",
              "f:2: unpaired double quotes; write a pair around the whole value, or inside a value that does not begin with one"},
          Row{"[Link]\r\n", "f:1: control character 0x0d"},
          Row{std::string("[Link]\nA=b\0c\n", 13), "f:2: control character 0x00"},
          Row{"[Link]\nA=\x1b[1m\n", "f:2: control character 0x1b"},
          Row{"[Link]\nA=\xff\n", "f:2: the line is not UTF-8"},
          Row{"[Link]\nA=1\nB=2\n\nA=3\n", "f:5: duplicate key A= in [Link], first given in line 2"},
          Row{"[Link]\nA=1\n[Call]\nA=2\n[Link]\nA=3\n", "f:6: duplicate key A= in [Link], first given in line 2"},
          Row{"[Link]\n" + long_line, "f:2: line longer than 2000 bytes"},
      }) {
    const auto scanned = scan("f", text);
    ASSERT_EQ(scanned.problems.size(), 1U) << text;
    EXPECT_EQ(scanned.problems[0].str(), expected);
  }
}

TEST(Syntax, GoesOnBehindAFault) {
  const auto scanned = scan("f", "[Broken\nA=1\nA=2\n[Link]\nbad\nB=1\n");
  EXPECT_EQ(scanned.problems,
            (Diagnostics{{"f", 1, "section header without ']'"}, {"f", 5, "not a [Section], a Key=value or a comment"}}));
  EXPECT_EQ(scanned.assignments, (std::vector<Assignment>{{"Link", "B", "1", 6}}));
}
