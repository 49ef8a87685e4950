// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/program.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <map>

namespace ghost::announce {
namespace {

struct Node {
  mode_t mode;
  uid_t uid = 0;
};

bool good(std::map<std::string, Node> tree) {
  return check_program("/opt/bin/tell",
                       [&](const std::string& path) -> tl::expected<struct stat, int> {
                         if (path == "/") ADD_FAILURE() << "the root is nobody's to ask about";
                         const auto found = tree.find(path);
                         if (found == tree.end()) return tl::unexpected(ENOENT);
                         struct stat s{};
                         s.st_mode = found->second.mode;
                         s.st_uid = found->second.uid;
                         return s;
                       })
      .has_value();
}

TEST(CheckProgram, EveryStepOfTheWayIsRoots) {
  const Node dir{S_IFDIR | 0755};
  const Node file{S_IFREG | 0755};
  EXPECT_TRUE(good({{"/opt", dir}, {"/opt/bin", dir}, {"/opt/bin/tell", file}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", dir}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", dir}, {"/opt/bin/tell", {S_IFREG | 0755, 1000}}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", {S_IFDIR | 0755, 1000}}, {"/opt/bin/tell", file}}));
  EXPECT_FALSE(good({{"/opt", {S_IFDIR | 0775}}, {"/opt/bin", dir}, {"/opt/bin/tell", file}}));
  EXPECT_FALSE(good({{"/opt", {S_IFDIR | 01777}}, {"/opt/bin", dir}, {"/opt/bin/tell", file}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", dir}, {"/opt/bin/tell", {S_IFREG | 0757}}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", dir}, {"/opt/bin/tell", {S_IFREG | 0644}}}));
  EXPECT_FALSE(good({{"/opt", dir}, {"/opt/bin", dir}, {"/opt/bin/tell", dir}}));
  EXPECT_FALSE(good({{"/opt", {S_IFLNK | 0777}}, {"/opt/bin", dir}, {"/opt/bin/tell", file}}));
}

}  // namespace
}  // namespace ghost::announce
