// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "appear_state/left.hpp"
#include "base/ids.hpp"
#include "base/unique_fd.hpp"

namespace ghost::appear_state {
namespace {

constexpr std::size_t kFileMax = 16 * 1024 *
                                 1024;  // far more than kPastNoticesMax notices and one appearance of thousands can take

std::string why(const std::string& what) { return what + ": " + std::strerror(errno); }

tl::expected<std::string, std::string> read_all(int fd) {
  std::string text;
  char buffer[16384];
  for (;;) {
    const auto n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return tl::unexpected(std::string(std::strerror(errno)));
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > kFileMax) return tl::unexpected("larger than " + std::to_string(kFileMax) + " bytes");
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

UniqueFd open_directory(const std::string& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

}  // namespace

Loaded load(const std::string& directory, const std::string& link, core::WallTime now) {
  Loaded out{core::fresh_memory(now), {}};
  const auto name = link + ".json";
  const auto path = directory + "/" + name;
  if (!valid_link_name(link)) return {core::fresh_memory(now), link + " is not a valid link name"};
  await_left();
  const auto dir = open_directory(directory);
  if (!dir) {
    if (errno != ENOENT) out.problem = why(directory);
    return out;
  }
  // O_NONBLOCK: a FIFO under the file's name must not stop us.
  const UniqueFd fd(::openat(dir.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) {
    if (errno != ENOENT) out.problem = why(path);
    return out;
  }
  struct stat st{};
  if (::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) {
    out.problem = path + ": not a regular file";
    return out;
  }
  const auto text = read_all(fd.get());
  auto state = text ? from_json(*text) : tl::expected<core::LinkMemory, std::string>(tl::unexpected(text.error()));
  if (state) {
    out.state = std::move(*state);
    return out;
  }
  out.problem = path + ": " + state.error();
  if (::renameat(dir.get(), name.c_str(), dir.get(), (name + ".broken").c_str()) == 0)
    *out.problem += "; set aside as " + name + ".broken";
  return out;
}

tl::expected<void, std::string> save(const std::string& directory, const std::string& link, const core::LinkMemory& state) {
  if (!valid_link_name(link)) return tl::unexpected(link + " is not a valid link name");
  const auto name = link + ".json";
  const auto fresh = name + ".new";
  const auto path = directory + "/" + fresh;
  const auto dir = open_directory(directory);
  if (!dir) return tl::unexpected(why(directory));
  // Waits for another process that writes for this link, because there is only one temporary name. A file system without locks
  // does not prevent the write.
  const auto lock_name = link + ".lock";
  const UniqueFd lock(::openat(dir.get(), lock_name.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!lock) return tl::unexpected(why(directory + "/" + lock_name));
  while (::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  // Removes the file that a crash may have left, so that O_EXCL creates a file with our mode.
  if (::unlinkat(dir.get(), fresh.c_str(), 0) != 0 && errno != ENOENT) return tl::unexpected(why(path));
  UniqueFd fd(::openat(dir.get(), fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return tl::unexpected(why(path));
  const auto failed = [&] {
    auto error = why(path);
    ::unlinkat(dir.get(), fresh.c_str(), 0);
    return tl::unexpected(std::move(error));
  };
  if (!write_all(fd.get(), to_json(state)) || ::fsync(fd.get()) != 0) return failed();
  if (::renameat(dir.get(), fresh.c_str(), dir.get(), name.c_str()) != 0) return failed();
  if (::fsync(dir.get()) != 0) return tl::unexpected(why(directory));
  return {};
}

}  // namespace ghost::appear_state
