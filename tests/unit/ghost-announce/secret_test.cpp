// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/secret.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace ghost::announce {
namespace {

TEST(Base64, IsRfc4648s) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

TEST(Redact, FindsEveryForm) {
  const Secret secret(std::string("p/w d"));
  EXPECT_EQ(redact("p/w d; p%2Fw%20d; cC93IGQ=; bWU6cC93IGQ=; AG1lAHAvdyBk.", "me", secret), "***; ***; ***; ***; ***.");
  EXPECT_EQ(redact("nothing", "me", secret), "nothing");
  EXPECT_EQ(redact("nothing", "me", Secret()), "nothing");
}

// Each line is one spelling of a server's, which must leave nothing of the secret.
TEST(Redact, FindsWhatServersWrite) {
  const Secret secret(std::string("ab/cd+ef=="));
  for (const auto* said : {
           R"(ab\/cd+ef==)",                     // PHP's json_encode
           R"(ab\u002fcd\u002Bef\u003d\u003D)",  // JSON for HTML
           "ab%2fcd%2bef%3d%3d",                 // lower-case digits
           "ab%2Fcd%2bef%3D%3d",
           "ab/cd%2bef==",                   // mixed
           "ab&#x2F;cd&#x2b;ef&#X3D;&#61;",  // HTML
           "ab&sol;cd&plus;ef&equals;&equals;",
           "ab&#047;cd+ef==",
           R"(ab\u0026#x2F;cd+ef==)",     // HTML in JSON
           R"(ab%5C%2Fcd%2Bef%3D%3D)",    // JSON in a URL
           "ab%252Fcd%252bef%253d%253d",  // encoded twice
           R"(YWIvY2QrZWY9PQ==)",
           "YWIvY2QrZWY9PQ%3d%3d",
           R"(bWU6YWIvY2QrZWY9PQ\u003d\u003d)",
       })
    EXPECT_EQ(redact(std::string("<") + said + ">", "me", secret), "<***>") << said;
  EXPECT_EQ(redact("ab/cd+ef==ab%2fcd%2bef%3d%3d", "me", secret), "******");
  for (const auto* harmless :
       {"ab/cd", "100 %", "%2", "%zz", "a\\", "\\u00", "&", "&;", "&#;", "&#x110000;", "&amp", "&foo;", "+"})
    EXPECT_EQ(redact(harmless, "me", secret), harmless);
}

TEST(Redact, FindsMarkupAndOtherAlphabets) {
  const Secret secret(std::string("a&b\"<'\\é😀 z"));
  for (const auto* said : {
           "a&b\"<'\\é😀 z",
           R"(a&b\"<'\\\u00e9\ud83d\uDE00 z)",
           R"(a\u0026b\u0022\u003C\u0027\u005c\u00E9\uD83D\ude00 z)",
           "a&amp;b&quot;&lt;&#039;\\é😀 z",
           "a&AMP;b&#34;&LT;&apos;&#92;&#233;&#x1f600;&#32;z",
           "a%26b%22%3c%27%5C%C3%a9%f0%9F%98%80+z",
       })
    EXPECT_EQ(redact(std::string("<") + said + ">", "me", secret), "<***>") << said;
}

TEST(Redact, FindsHalfOfACharacter) { EXPECT_EQ(redact("x\\u00e9y", "me", Secret(std::string("x\xc3"))), "***y"); }

// In a URL that is a secret, for example. A server that was sent it has the decoded one.
TEST(Redact, FindsADecodedSecret) {
  const Secret secret(std::string("ab%2Fcd%3D"));
  EXPECT_EQ(redact("ab%2Fcd%3D ab/cd= ab%2fcd%3d ab\\/cd= ab%252Fcd%253D", "me", secret), "*** *** *** *** ***");
}

TEST(Redact, FindsEachOfSeveral) {
  Secrets secrets;
  secrets.emplace("", Secret(std::string("short")));
  secrets.emplace("b", Secret(std::string("shorter\"/é")));
  EXPECT_EQ(redact("short shorter\"/é shorter\\\"/é shorter%22/%C3%A9 shorter%22%2F%C3%A9 bWU6c2hvcnQ=", "me", secrets),
            "*** *** *** *** *** ***");
}

class Credential : public testing::Test {
 protected:
  Credential() {
    std::string name = "/tmp/ghost-announce-test-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~Credential() override { std::filesystem::remove_all(directory_); }
  void put(const std::string& name, std::string_view text) const { std::ofstream(directory_ / name) << text; }
  [[nodiscard]] auto get(const std::string& name) const { return read_credential(directory_, name); }
  std::filesystem::path directory_;
};

TEST_F(Credential, IsALineWithoutItsEnd) {
  put("a", "secret\n");
  EXPECT_EQ(get("a")->text(), "secret");
  put("a", " sec ret \r\n");
  EXPECT_EQ(get("a")->text(), " sec ret ");
  put("a", "without");
  EXPECT_EQ(get("a")->text(), "without");
}

TEST_F(Credential, EveryFaultIsOne) {
  EXPECT_FALSE(get("absent"));
  put("empty", "\n");
  EXPECT_FALSE(get("empty"));
  put("nul", std::string_view("a\0b", 3));
  EXPECT_FALSE(get("nul"));
  put("long", std::string(20000, 'x'));
  EXPECT_FALSE(get("long"));
  put("a", "x");
  std::filesystem::create_symlink(directory_ / "a", directory_ / "link");
  EXPECT_FALSE(get("link"));
  for (const auto* name : {"", ".", "..", "../a", "/etc/passwd", ".a"}) EXPECT_FALSE(get(name)) << name;
  EXPECT_FALSE(read_credential("", "a"));
}

TEST(Secret, IsGoneFromWhatItWasMovedFrom) {
  Secret a(std::string("0123456789012345678901234567890123456789"));
  const auto* const place = a.text().data();
  const Secret b = std::move(a);
  EXPECT_EQ(place[0], '\0');
  EXPECT_EQ(b.text().size(), 40u);
}

}  // namespace
}  // namespace ghost::announce
