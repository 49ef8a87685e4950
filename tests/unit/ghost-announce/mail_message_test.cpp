// SPDX-License-Identifier: GPL-2.0-or-later
// mail_test.py reads whole messages with a parser that is not ours; here are the corners.
#include "ghost-announce/mail_message.hpp"

#include <gmock/gmock.h>

#include "notices.hpp"

namespace ghost::announce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Mailbox, IsFoundInItsName) {
  EXPECT_EQ(bare_mailbox(" Me <a@b> "), "a@b");
  EXPECT_EQ(bare_mailbox("a@b"), "a@b");
  EXPECT_THAT(split_mailboxes("a@b, Me <c@d>,,"), ElementsAre("a@b", "Me <c@d>"));
}

TEST(EncodeHeader, CutsBetweenCharactersAndKeepsToTheLength) {
  EXPECT_EQ(encode_header("plain"), "plain");
  EXPECT_EQ(encode_header("b\xc3\xbcro"), "=?UTF-8?B?YsO8cm8=?=");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xe2\x82\xac";
  const auto encoded = encode_header(text);
  for (std::size_t at = 0; at < encoded.size();) {
    const auto end = std::min(encoded.find("\r\n", at), encoded.size());
    EXPECT_LE(end - at, 76u);
    at = end + 2;
  }
}

TEST(QuotedPrintable, KeepsLinesShortAndSpacesAtTheirEnds) {
  EXPECT_EQ(quoted_printable("a=b \n\tc"), "a=3Db=20\r\n=09c\r\n");
  EXPECT_EQ(quoted_printable(std::string(100, 'x')), std::string(75, 'x') + "=\r\n" + std::string(25, 'x') + "\r\n");
  EXPECT_EQ(quoted_printable("\r\n"), "=0D\r\n");
  EXPECT_EQ(quoted_printable(""), "");
}

TEST(MailMessage, NoValueBeginsAHeader) {
  auto n = a_notice();
  n.name = "x\r\nBcc: a@b";
  const auto text = mail_message(n, a_section("smtp://m", {{"From", "a@b"}, {"To", "c@d"}}), at(1795419000));
  EXPECT_THAT(text.substr(0, text.find("\r\n\r\n")), Not(HasSubstr("\nBcc:")));
}

TEST(MailMessage, TheSameNoticeHasTheSameId) {
  const auto config = a_section("smtp://m", {{"From", "a@b.example"}, {"To", "c@d"}});
  const auto id = [&](const core::Notice& n, std::int64_t now) {
    const auto text = mail_message(n, config, at(now));
    const auto begin = text.find("Message-ID: ");
    return text.substr(begin, text.find('\r', begin) - begin);
  };
  auto n = a_notice();
  EXPECT_EQ(id(n, 1), id(n, 1000));
  EXPECT_THAT(id(n, 1), HasSubstr("@b.example>"));
  const auto first = id(n, 1);
  n.sequence++;
  EXPECT_NE(id(n, 1), first);
}

}  // namespace
}  // namespace ghost::announce
