// SPDX-License-Identifier: GPL-2.0-or-later
// Sockets that can only use the link. Each is bound to the link's interface and to the link's address of its family.
// (SO_BINDTODEVICE needs no privilege for a first binding since Linux 5.7, socket(7).)
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include <tl/expected.hpp>

#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "ghost-announce/job.hpp"

namespace ghost::announce {

// With no addresses named, every family is.
bool usable(const Via& via, Family family);

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
SocketAddress socket_address(const IpAddress& address, std::uint16_t port);

// `type` as for socket(2); the error is an errno.
[[nodiscard]] tl::expected<UniqueFd, int> bound_socket(const Via& via, Family family, int type);

}  // namespace ghost::announce
