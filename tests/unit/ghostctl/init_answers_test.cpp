// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_answers.hpp"

#include <gmock/gmock.h>

namespace ghost::init {
namespace {

using testing::HasSubstr;

const Surroundings kHere{.links = {"isp"},
                         .peers = {{"work", ""}, {"old", "/etc/ppp/peers/old:1: \"demand\" cannot be used"}},
                         .ttys = {"/dev/ttyUSB0"},
                         .interfaces = {"eth0"},
                         .force = false};

TEST(InitAnswers, OnlyWhatCanBeUsedIsSuggested) {
  EXPECT_EQ(question(Asked::way, {}, kHere).suggested, "peer");
  EXPECT_EQ(question(Asked::peer, {}, kHere).suggested, "work");
  Answers old;
  old.name = "old";
  EXPECT_EQ(question(Asked::peer, old, kHere).suggested, "work");
  auto here = kHere;
  here.peers.erase("work");
  EXPECT_EQ(question(Asked::way, {}, here).suggested, "modem");
  EXPECT_EQ(question(Asked::peer, {}, here).suggested, "");
}

struct Bad {
  Asked asked;
  std::string text;
  std::string why;
};

TEST(InitAnswers, EachBadOneIsRefusedAndSaysWhatToWrite) {
  const Bad table[] = {
      {Asked::name, "", "1 to 11 letters"},
      {Asked::name, "-x", "1 to 11 letters"},
      {Asked::name, "twelve-bytes", "1 to 11 letters"},
      {Asked::name, "../x", "1 to 11 letters"},
      {Asked::name, "isp", "choose another name"},
      {Asked::way, "carrier pigeon", "peer, modem and pppoe"},
      {Asked::peer, "../work", "not the name of a file"},
      {Asked::peer, "none", "there is: old, work"},
      {Asked::peer, "old", "\"demand\""},
      {Asked::tty, "ttyS0", "/dev/ttyUSB0"},
      {Asked::tty, "/dev/../etc/passwd", "/dev/ttyUSB0"},
      {Asked::tty, "/dev/tty S0", "/dev/ttyUSB0"},
      {Asked::tty, "/etc/passwd", "/dev/ttyUSB0"},
      {Asked::dial, "", "neither a telephone number nor an APN"},
      {Asked::dial, "internet'\nOK ATDT1", "neither a telephone number nor an APN"},
      {Asked::dial, "a\"b", "neither a telephone number nor an APN"},
      {Asked::interface, "eth0 up", "not the name of an interface"},
      {Asked::interface, "sixteen-bytes-00", "not the name of an interface"},
      {Asked::interface, "ppp-isp", "an interface of a link"},
      {Asked::user, "a\nb", "control characters"},
      {Asked::user, std::string(256, 'u'), "longer than 255"},
      {Asked::secret, "a\tb", "control characters"},
      {Asked::secret, "@/etc/shadow", "the name of a file"},
      {Asked::secret, std::string(256, 's'), "longer than 255"},
      {Asked::speed, "fast", "115200"},
      {Asked::speed, "7", "115200"},
      {Asked::idle, "soon", "5min"},
      {Asked::idle, "10ms", "5min"},
  };
  for (const auto& row : table) {
    Answers answers;
    const auto taken = take(answers, row.asked, row.text, kHere);
    ASSERT_FALSE(taken) << row.text;
    EXPECT_THAT(taken.error(), HasSubstr(row.why)) << row.text;
    if (row.asked == Asked::secret) {
      EXPECT_THAT(taken.error(), testing::Not(HasSubstr(row.text)));
    }
  }
}

TEST(InitAnswers, AnExistingLinkMayBeReplacedByForce) {
  auto here = kHere;
  here.force = true;
  Answers answers;
  EXPECT_TRUE(take(answers, Asked::name, "isp", here));
  EXPECT_EQ(answers.name, "isp");
}

TEST(InitAnswers, DigitsAreANumberAndLettersAnApn) {
  Answers phone, sim;
  ASSERT_TRUE(take(phone, Asked::dial, " *99***1# ", kHere));
  EXPECT_EQ(phone.number, "*99***1#");
  EXPECT_EQ(phone.apn, std::nullopt);
  ASSERT_TRUE(take(sim, Asked::dial, "internet.example-1", kHere));
  EXPECT_EQ(sim.apn, "internet.example-1");
  EXPECT_EQ(sim.number, std::nullopt);
}

TEST(InitAnswers, BlanksBelongToASecret) {
  Answers answers;
  ASSERT_TRUE(take(answers, Asked::secret, " a b ", kHere));
  EXPECT_EQ(answers.secret, " a b ");
}

// The answers to all questions in turn, and which were asked.
std::vector<Asked> asked_with(const std::map<Asked, std::string>& says) {
  Answers answers;
  std::vector<Asked> out;
  while (const auto next = next_question(answers)) {
    out.push_back(*next);
    if (out.size() > 10 || !take(answers, *next, says.at(*next), kHere)) break;
  }
  return out;
}

TEST(InitAnswers, NoWayHasMoreThanFiveQuestionsAndAPassword) {
  using enum Asked;
  EXPECT_EQ(asked_with({{name, "a"}, {way, "peer"}, {peer, "work"}}), (std::vector{name, way, peer}));
  EXPECT_EQ(asked_with({{name, "a"}, {way, "2"}, {tty, "/dev/ttyS0"}, {dial, "5551234"}, {user, ""}}),
            (std::vector{name, way, tty, dial, user}));
  EXPECT_EQ(asked_with({{name, "a"}, {way, "modem"}, {tty, "/dev/ttyS0"}, {dial, "web"}, {user, "u"}, {secret, "s"}}),
            (std::vector{name, way, tty, dial, user, secret}));
  EXPECT_EQ(asked_with({{name, "a"}, {way, "pppoe"}, {interface, "eth0"}, {user, "u"}, {secret, ""}}),
            (std::vector{name, way, interface, user, secret}));
}

}  // namespace
}  // namespace ghost::init
