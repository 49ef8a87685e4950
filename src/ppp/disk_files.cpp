// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/disk_files.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/unique_fd.hpp"

namespace ghost::ppp {
namespace {

bool is_null_device(const struct stat& st) {
  struct stat null{};
  return S_ISCHR(st.st_mode) && ::stat("/dev/null", &null) == 0 && st.st_rdev == null.st_rdev;
}

}  // namespace

tl::expected<std::string, OptionFiles::NoText> DiskFiles::text_of(const std::string& path) {
  using Why = NoText::Why;
  const auto failed = [](Why why, std::string text) { return tl::unexpected(NoText{why, std::move(text)}); };
  const auto system_failed = [&] {
    return failed(errno == ENOENT || errno == ENOTDIR ? Why::missing : Why::forbidden, std::strerror(errno));
  };
  const UniqueFd fd(::open((root_ + path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return system_failed();
  struct stat st{};
  if (::fstat(fd.get(), &st) != 0) return system_failed();
  if (is_null_device(st)) return std::string();
  if (S_ISDIR(st.st_mode)) return failed(Why::not_a_file, "is a directory, not a file");
  if (!S_ISREG(st.st_mode)) return failed(Why::not_a_file, "is not a regular file");
  std::string text(kOptionFileMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(fd.get(), text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(Why::forbidden, std::strerror(errno));
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
  return text;
}

OptionFiles::Device DiskFiles::device_at(const std::string& path) {
  struct stat st{};
  // Whatever else prevents a look at it, pppd takes the word for a device as well.
  if (::stat((root_ + path).c_str(), &st) != 0) return errno == ENOENT ? Device::absent : Device::terminal;
  return S_ISCHR(st.st_mode) ? Device::terminal : Device::other;
}

bool DiskFiles::is_ethernet(const std::string& interface) {
  if (interface.empty() || interface.size() >= IFNAMSIZ || interface.find('/') != std::string::npos || interface.starts_with('.'))
    return false;
  std::ifstream file(root_ + "/sys/class/net/" + interface + "/type");
  int type = -1;
  return file >> type && type == ARPHRD_ETHER;
}

}  // namespace ghost::ppp
