// SPDX-License-Identifier: GPL-2.0-or-later
// Sockets that send a packet unchanged, including its header (raw(7), ipv6(7): IPPROTO_RAW). They never receive. Making one needs
// CAP_NET_RAW, which ghostd does not have: ghost-tun makes them as root and passes them to ghostd (docs/adr/0010).
#pragma once
#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Non-blocking. Its packets use the first band of a PPP interface's queue (net/ppp_queue.hpp). A packet that a queue
// drops is an error (ENOBUFS).
[[nodiscard]] Result<UniqueFd> open_raw_socket(Family family);

}  // namespace ghost::net
