// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "base/unique_fd.hpp"
#include "config/syntax.hpp"

namespace ghost::config {
namespace {

constexpr std::string_view kSuffix = ".conf";
constexpr std::string_view kDropInSuffix = ".conf.d";

bool named(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.front() != '.' && name.ends_with(suffix);
}

// Why it cannot be trusted, if so.
std::optional<std::string> distrust(const struct stat& st) {
  if (st.st_uid != 0 && st.st_uid != ::geteuid())
    return fmt::format("not trusted, because user {} owns it; change the owner to root", st.st_uid);
  if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fmt::format("not trusted, because {} may write to it (mode {:04o}); run chmod go-w",
                       (st.st_mode & S_IWOTH) != 0 ? "everybody" : "its group", st.st_mode & 07777);
  return std::nullopt;
}

// Root reads everything, ghostd only files that every user may read. A file that root accepts must be readable for ghostd.
std::optional<std::string> unreadable(const struct stat& st) {
  if (st.st_uid != 0 || (st.st_mode & S_IROTH) != 0) return std::nullopt;
  return fmt::format("ghostd cannot read it, because ghostd does not run as root (mode {:04o}); run chmod a+r",
                     st.st_mode & 07777);
}

bool is_null_device(const struct stat& st) {
  struct stat null{};
  return S_ISCHR(st.st_mode) && ::stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

enum class Opened { file, mask, failed };

// O_NONBLOCK: a FIFO under a file's name must not stop us.
Opened open_source(int directory, const std::string& name, const std::string& path, SourceFile& out, Diagnostics& problems) {
  const auto refuse = [&](std::string message) {
    problems.push_back({path, 0, std::move(message)});
    return Opened::failed;
  };
  const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return refuse(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat st{};
  if (::fstat(fd.get(), &st) != 0) return refuse(fmt::format("cannot be examined: {}", std::strerror(errno)));
  if (is_null_device(st)) return Opened::mask;
  if (!S_ISREG(st.st_mode)) return refuse("not a regular file");
  if (auto why = distrust(st)) return refuse(std::move(*why));
  if (auto why = unreadable(st)) return refuse(std::move(*why));

  std::string text;
  char buffer[16384];
  for (;;) {
    const auto n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refuse(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > kFileMax) return refuse(fmt::format("larger than {} bytes", kFileMax));
  }
  if (text.empty()) return Opened::mask;
  out = {path, std::move(text)};
  return Opened::file;
}

// A directory of configuration files; kept open so that the files come from the directory that was checked.
class Directory {
 public:
  // nullopt when there is none, or it is not to be trusted (then there is a problem).
  static std::optional<Directory> open(int above, const std::string& name, const std::string& path, Diagnostics& problems) {
    UniqueFd fd(::openat(above, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) {
      if (errno == ENOENT) return std::nullopt;
      problems.push_back({path, 0,
                          errno == ENOTDIR || errno == ELOOP ? "not a directory (ghostd does not follow a symbolic link here)"
                                                             : fmt::format("cannot be opened: {}", std::strerror(errno))});
      return std::nullopt;
    }
    struct stat st{};
    if (::fstat(fd.get(), &st) != 0) return std::nullopt;
    if (auto why = distrust(st)) {
      problems.push_back({path, 0, std::move(*why)});
      return std::nullopt;
    }
    Directory out;
    out.path_ = path;
    UniqueFd listing(::openat(fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, CloseDir> dir(listing ? ::fdopendir(listing.get()) : nullptr);
    if (!dir) {
      problems.push_back({path, 0, fmt::format("cannot be listed: {}", std::strerror(errno))});
      return std::nullopt;
    }
    [[maybe_unused]] const int now_owned_by_dir = listing.release();
    while (const auto* entry = ::readdir(dir.get())) out.names_.emplace_back(entry->d_name);
    std::sort(out.names_.begin(), out.names_.end());
    out.fd_ = std::move(fd);
    return out;
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

 private:
  UniqueFd fd_;
  std::string path_;
  std::vector<std::string> names_;
};

// The *.conf files of these directories by name; a later directory replaces an earlier one.
std::map<std::string, SourceFile> winners(const std::vector<const Directory*>& directories, Diagnostics& problems) {
  std::map<std::string, SourceFile> out;
  std::set<std::string> settled;  // hidden or refused: an earlier directory's file does not come back
  for (auto d = directories.rbegin(); d != directories.rend(); ++d)
    for (const auto& name : (*d)->names()) {
      if (!named(name, kSuffix) || !settled.insert(name).second) continue;
      SourceFile file;
      if (open_source((*d)->fd(), name, (*d)->path_of(name), file, problems) == Opened::file) out.emplace(name, std::move(file));
    }
  return out;
}

}  // namespace

Collected collect(const std::vector<std::string>& paths) {
  Collected out;
  std::vector<Directory> directories;
  for (const auto& path : paths)
    if (auto d = Directory::open(AT_FDCWD, path, path, out.problems)) directories.push_back(std::move(*d));

  std::vector<const Directory*> all;
  for (const auto& d : directories) all.push_back(&d);
  for (auto& [name, file] : winners(all, out.problems))
    out.links[name.substr(0, name.size() - kSuffix.size())].push_back(std::move(file));

  std::map<std::string, std::vector<Directory>> drop_ins;  // by link
  for (const auto& d : directories)
    for (const auto& name : d.names()) {
      if (!named(name, kDropInSuffix)) continue;
      const auto link = name.substr(0, name.size() - kDropInSuffix.size());
      if (auto inner = Directory::open(d.fd(), name, d.path_of(name), out.problems)) drop_ins[link].push_back(std::move(*inner));
    }
  for (const auto& [link, inner] : drop_ins) {
    std::vector<const Directory*> its;
    for (const auto& d : inner) its.push_back(&d);
    auto files = winners(its, out.problems);
    const auto main = out.links.find(link);
    for (auto& [name, file] : files) {
      if (main == out.links.end())
        out.warnings.push_back({file.path, 0, fmt::format("ignored, because there is no {}.conf for it to change", link)});
      else main->second.push_back(std::move(file));
    }
  }
  return out;
}

bool read_source(const std::string& path, SourceFile& out, Diagnostics& problems) {
  switch (open_source(AT_FDCWD, path, path, out, problems)) {
    case Opened::file: return true;
    case Opened::mask: problems.push_back({path, 0, "the file is empty and defines no link"}); return false;
    case Opened::failed: return false;
  }
  return false;
}

}  // namespace ghost::config
