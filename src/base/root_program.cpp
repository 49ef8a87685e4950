// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/root_program.hpp"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ghost {
namespace {

std::optional<std::string> changeable(const std::string& path, const struct stat& st) {
  if (st.st_uid != 0 && st.st_uid != ::geteuid())
    return path + " belongs to user " + std::to_string(st.st_uid) + "; change the owner to root";
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return std::string((st.st_mode & S_IWOTH) != 0 ? "everybody" : "its group") + " may write to " + path + "; run chmod go-w";
  return std::nullopt;
}

// The path itself and what leads to it.
std::optional<std::string> examine(std::string path) {
  while (true) {
    struct stat st{};
    if (::lstat(path.c_str(), &st) != 0) {
      if (errno == EACCES && ::geteuid() != 0) return std::nullopt;
      return path + ": " + std::strerror(errno);
    }
    // A symbolic link has no mode. Who may replace it is the directory's affair.
    if (!S_ISLNK(st.st_mode))
      if (auto why = changeable(path, st)) return why;
    if (path == "/") return std::nullopt;
    path.erase(path.rfind('/'));
    if (path.empty()) path = "/";
  }
}

}  // namespace

std::optional<std::string> untrusted_program(const std::string& path) {
  if (auto why = examine(path)) return why;
  std::array<char, PATH_MAX> real{};
  struct stat st{};
  if (::realpath(path.c_str(), real.data()) == nullptr || ::stat(real.data(), &st) != 0) {
    if (errno == EACCES && ::geteuid() != 0) return std::nullopt;
    return path + ": " + std::strerror(errno);
  }
  if (real.data() != path)
    if (auto why = examine(real.data())) return why;
  if (!S_ISREG(st.st_mode)) return path + " is not a regular file";
  if ((st.st_mode & S_IXUSR) == 0) return path + " cannot be executed; run chmod u+x";
  return std::nullopt;
}

}  // namespace ghost
