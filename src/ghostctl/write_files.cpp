// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/write_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/unique_fd.hpp"

namespace ghost::init {
namespace {

namespace fs = std::filesystem;

class SignalsWait {
 public:
  SignalsWait() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int s : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) ::sigaddset(&set, s);
    ::sigprocmask(SIG_BLOCK, &set, &before_);
  }
  ~SignalsWait() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsWait(const SignalsWait&) = delete;
  SignalsWait& operator=(const SignalsWait&) = delete;

 private:
  sigset_t before_{};
};

tl::unexpected<std::string> failed(const std::string& path, const char* what) {
  return tl::unexpected(fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno)));
}

// Below a directory that only readers of this list know; ghostd and pppd read no file whose name begins with a dot.
struct Staged {
  std::string temporary;
  std::string path;
  bool replaces = false;
};

void discard(const std::vector<Staged>& all) {
  for (const auto& one : all) ::unlink(one.temporary.c_str());
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

tl::expected<void, std::string> stage(const std::string& root, const NewFile& file, std::vector<Staged>& staged) {
  const auto path = root + file.path;
  const auto directory = fs::path(path).parent_path().string();
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return tl::unexpected(fmt::format("{} cannot be made: {}", directory, error.message()));
  struct stat st{};
  if (::lstat(path.c_str(), &st) == 0) {
    if (!file.replaces) return tl::unexpected(fmt::format("{} exists; replace it with --force", path));
    if (!S_ISREG(st.st_mode)) return tl::unexpected(fmt::format("{} is not a regular file, and is not replaced", path));
  }
  auto temporary = directory + "/.ghostctl-XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return failed(directory, "written to");
  staged.push_back({temporary, path, file.replaces});
  if (::geteuid() == 0 && ::fchown(fd.get(), 0, static_cast<gid_t>(-1)) != 0) return failed(path, "given to root");
  if (::fchmod(fd.get(), file.mode) != 0) return failed(path, "given its mode");
  if (!write_all(fd.get(), file.text) || ::fsync(fd.get()) != 0) return failed(path, "written");
  return {};
}

bool sync_directory_of(const std::string& path) {
  const UniqueFd fd(::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd && ::fsync(fd.get()) == 0;
}

}  // namespace

tl::expected<void, std::string> write_files(const std::string& root, const std::vector<NewFile>& files) {
  const SignalsWait until_done;
  const auto mask = ::umask(022);  // of directories that are made
  std::vector<Staged> staged;
  std::vector<std::string> made;
  tl::expected<void, std::string> result;
  for (const auto& file : files)
    if (result = stage(root, file, staged); !result) break;
  ::umask(mask);
  if (result)
    for (const auto& one : staged) {
      const bool there = ::access(one.path.c_str(), F_OK) == 0;
      // link(2) refuses what somebody has made meanwhile.
      const int done = one.replaces ? ::rename(one.temporary.c_str(), one.path.c_str())
                                    : ::link(one.temporary.c_str(), one.path.c_str());
      if (done == 0 && !there) made.push_back(one.path);
      if (done != 0) result = failed(one.path, "put in its place");
      else if (!sync_directory_of(one.path)) result = failed(one.path, "synced");
      if (!result) break;
    }
  discard(staged);
  if (!result)
    for (const auto& path : made) ::unlink(path.c_str());
  return result;
}

}  // namespace ghost::init
