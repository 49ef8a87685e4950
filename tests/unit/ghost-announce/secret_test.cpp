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
