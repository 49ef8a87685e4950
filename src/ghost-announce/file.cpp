// SPDX-License-Identifier: GPL-2.0-or-later
// file: the notice in a local file, complete or absent: writes a temporary file beside it, syncs and renames it.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"
#include "ghost-announce/attempt.hpp"

namespace ghost::announce {
namespace {

Outcome cannot(std::string_view doing) {
  const int error = errno;
  const bool later = error == ENOSPC || error == EDQUOT || error == EIO;
  return {later ? core::NoticeResult::Later : core::NoticeResult::BadConfig, fmt::format("{}: {}", doing, std::strerror(error))};
}

}  // namespace

Outcome write_file(const Attempt& a) {
  const auto& path = a.url.path;
  const auto slash = path.rfind('/');
  const auto directory = slash == 0 ? std::string("/") : path.substr(0, slash);
  const auto name = path.substr(slash + 1);
  const UniqueFd dir(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return cannot("directory");
  const auto beside = fmt::format(".{}.ghostd-{}-{}", name, a.notice.link, a.config.name);
  (void)::unlinkat(dir.get(), beside.c_str(), 0);  // of an interrupted attempt
  UniqueFd fd(::openat(dir.get(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return cannot("new file");
  const auto give_up = [&](std::string_view doing) {
    auto outcome = cannot(doing);
    (void)::unlinkat(dir.get(), beside.c_str(), 0);
    return outcome;
  };
  if (::fchmod(fd.get(), 0644) != 0) return give_up("mode");
  const auto content = body_or_json(a);
  for (std::size_t done = 0; done < content.size();) {
    const auto wrote = ::write(fd.get(), content.data() + done, content.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return give_up("write");
    done += static_cast<std::size_t>(wrote);
  }
  if (::fsync(fd.get()) != 0) return give_up("fsync");
  fd.reset();
  if (::renameat(dir.get(), beside.c_str(), dir.get(), name.c_str()) != 0) return give_up("rename");
  if (::fsync(dir.get()) != 0) return cannot("fsync of the directory");
  return {core::NoticeResult::Ok, fmt::format("{} bytes written", content.size())};
}

}  // namespace ghost::announce
