// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/raw_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <tuple>

#include "net/numbers.hpp"

namespace ghost::net {
namespace {

// Packets in the call's queue count against the socket's buffer. The queue has its own limit, in packets.
constexpr int kSendBuffer = 1 << 30;

}  // namespace

Result<UniqueFd> open_raw_socket(Family family) {
  const bool v4 = family == Family::v4;
  const std::string what = "open a raw " + std::string(to_string(family)) + " socket";
  UniqueFd fd(::socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW));
  if (!fd) return failure(errno, what);
  // A user namespace may not allow so much; then a long replay waits for the queue in between.
  std::ignore = ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer);
  const std::uint32_t ahead = kReplayPriority;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_PRIORITY, &ahead, sizeof ahead) < 0) return failure(errno, what);
  const int on = 1;
  const int told = v4 ? ::setsockopt(fd.get(), IPPROTO_IP, IP_RECVERR, &on, sizeof on)
                      : ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  if (told < 0) return failure(errno, what);
  return fd;
}

}  // namespace ghost::net
