// SPDX-License-Identifier: GPL-2.0-or-later
// Sockets that send a packet as it stands, header included (raw(7), ipv6(7): IPPROTO_RAW). They never receive. Making one takes
// CAP_NET_RAW, which ghostd does not have: ghost-tun makes them as root and hands them over (docs/adr/0010).
#pragma once
#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Non-blocking. What it sends goes by the first band of a PPP interface's queue (net/ppp_queue.hpp); a packet that a queue
// dropped is an error (ENOBUFS).
[[nodiscard]] Result<UniqueFd> open_raw_socket(Family family);

}  // namespace ghost::net
