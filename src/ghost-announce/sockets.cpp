// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/sockets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace ghost::announce {

bool usable(const Via& via, Family family) {
  return via.addresses.empty() || std::ranges::any_of(via.addresses, [&](const auto& a) { return a.family() == family; });
}

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress out;
  if (address.family() == Family::v4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::ranges::copy(address.bytes(), reinterpret_cast<std::uint8_t*>(&in.sin_addr));
    std::memcpy(&out.storage, &in, sizeof in);
    out.size = sizeof in;
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::ranges::copy(address.bytes(), reinterpret_cast<std::uint8_t*>(&in.sin6_addr));
    std::memcpy(&out.storage, &in, sizeof in);
    out.size = sizeof in;
  }
  return out;
}

tl::expected<UniqueFd, int> bound_socket(const Via& via, Family family, int type) {
  if (!usable(via, family)) return tl::unexpected(EAFNOSUPPORT);
  UniqueFd fd(::socket(family == Family::v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0));
  if (!fd) return tl::unexpected(errno);
  if (!via.interface.empty() && ::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, via.interface.c_str(),
                                             static_cast<socklen_t>(via.interface.size())) != 0)
    return tl::unexpected(errno);
  const auto own = std::ranges::find_if(via.addresses, [&](const auto& a) { return a.family() == family; });
  if (own != via.addresses.end()) {
    const auto address = socket_address(*own, 0);
    if (::bind(fd.get(), address.get(), address.size) != 0) return tl::unexpected(errno);
  }
  return fd;
}

}  // namespace ghost::announce
