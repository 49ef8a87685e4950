// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/write_files.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ghost::init {
namespace {

namespace fs = std::filesystem;

struct WriteFiles : testing::Test {
  WriteFiles() {
    std::string name = fs::temp_directory_path() / "ghostctl-XXXXXX";
    root = ::mkdtemp(name.data());
  }
  ~WriteFiles() override { fs::remove_all(root); }
  [[nodiscard]] std::string text(const std::string& path) const {
    std::ifstream file(root + path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& path, const std::string& content) const {
    fs::create_directories(fs::path(root + path).parent_path());
    std::ofstream(root + path) << content;
  }
  // Regular files and links, whatever their names.
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) n += entry.is_directory() ? 0 : 1;
    return n;
  }
  std::string root;
};

TEST_F(WriteFiles, HaveTheirTextAndMode) {
  const auto mask = ::umask(0077);
  ASSERT_TRUE(
      write_files(root, {{.path = "/a/open", .text = "1", .mode = 0644}, {.path = "/b/secret", .text = "2", .mode = 0600}}));
  ::umask(mask);
  EXPECT_EQ(text("/a/open"), "1");
  EXPECT_EQ(text("/b/secret"), "2");
  struct stat st{};
  ASSERT_EQ(::stat((root + "/a/open").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777u, 0644u);
  ASSERT_EQ(::stat((root + "/b/secret").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777u, 0600u);
  ASSERT_EQ(::stat((root + "/a").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777u, 0755u);  // ghostd, which is not root, looks into it
  EXPECT_EQ(count(), 2u);
}

TEST_F(WriteFiles, OneThatExistsKeepsAllFromBeingWritten) {
  put("/b", "old");
  const auto written = write_files(root, {{.path = "/a", .text = "1"}, {.path = "/b", .text = "2"}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), testing::HasSubstr("/b exists"));
  EXPECT_EQ(text("/b"), "old");
  EXPECT_EQ(count(), 1u);
}

TEST_F(WriteFiles, OneMayBeReplaced) {
  put("/b", "old");
  ASSERT_TRUE(write_files(root, {{.path = "/b", .text = "new", .mode = 0600, .replaces = true}}));
  EXPECT_EQ(text("/b"), "new");
  EXPECT_EQ(count(), 1u);
}

TEST_F(WriteFiles, WhatIsNoRegularFileIsNotReplaced) {
  put("/target", "old");
  fs::create_symlink(root + "/target", root + "/b");
  EXPECT_FALSE(write_files(root, {{.path = "/b", .text = "new", .replaces = true}}));
  EXPECT_EQ(text("/target"), "old");
  EXPECT_TRUE(fs::is_symlink(root + "/b"));
}

// The second fails when the first is in its place already.
TEST_F(WriteFiles, WhatWasMadeBeforeAFailureGoesAgain) {
  const auto written = write_files(root, {{.path = "/a", .text = "1"}, {.path = "/a", .text = "2"}});
  ASSERT_FALSE(written);
  EXPECT_EQ(count(), 0u);
}

}  // namespace
}  // namespace ghost::init
