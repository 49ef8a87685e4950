// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/tun.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

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

Read read_packet(int tun_fd, std::vector<std::uint8_t>& into) {
  into.resize(kPacketMax);
  for (;;) {
    const ssize_t n = ::read(tun_fd, into.data(), into.size());
    if (n >= 0) {
      into.resize(static_cast<std::size_t>(n));
      return {ReadOutcome::packet, 0};
    }
    if (errno == EINTR) continue;
    const int error = errno;
    into.clear();
    return {error == EAGAIN ? ReadOutcome::nothing : ReadOutcome::gone, error};
  }
}

Written write_packet(int tun_fd, std::span<const std::uint8_t> packet) {
  for (;;) {
    // An empty write() is answered 0 without the driver having seen it.
    if (packet.empty()) return {WriteOutcome::garbage, EINVAL};
    if (::write(tun_fd, packet.data(), packet.size()) >= 0) return {WriteOutcome::sent, 0};
    switch (errno) {
      case EINTR:
        continue;
      case EAGAIN:
        return {WriteOutcome::full, EAGAIN};
      case EINVAL:
        return {WriteOutcome::garbage, EINVAL};
      case EIO:
        return {WriteOutcome::down, EIO};
      default:
        return {WriteOutcome::failed, errno};
    }
  }
}

}  // namespace ghost::net
