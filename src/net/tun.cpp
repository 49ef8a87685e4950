// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/tun.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace ghost::net {

Result<UniqueFd> make_tun(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= IFNAMSIZ) return failure(ENAMETOOLONG, "make TUN " + name);
  std::memcpy(request.ifr_name, name.data(), name.size());
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  UniqueFd fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return failure(errno, "open /dev/net/tun");
  if (::ioctl(fd.get(), TUNSETIFF, &request) < 0) return failure(errno, "make TUN " + name);
  return fd;
}

Result<std::string> interface_of(int tun_fd) {
  ifreq request{};
  if (::ioctl(tun_fd, TUNGETIFF, &request) < 0) return failure(errno, "ask a TUN for its interface");
  return std::string(request.ifr_name, ::strnlen(request.ifr_name, IFNAMSIZ));
}

Read read_packet(int tun_fd) {
  // One buffer for all: clearing 64 KiB for each packet would cost more than all the rest.
  static thread_local std::array<std::uint8_t, kPacketMax> buffer;
  for (;;) {
    const ssize_t n = ::read(tun_fd, buffer.data(), buffer.size());
    if (n >= 0) return {ReadOutcome::packet, 0, {buffer.begin(), buffer.begin() + n}};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? ReadOutcome::nothing : ReadOutcome::gone, errno, {}};
  }
}

}  // namespace ghost::net
