// SPDX-License-Identifier: GPL-2.0-or-later
// Sends packets unchanged into one interface (raw(7), sendmmsg(2)). They leave by OUTPUT like any program's, so no
// foreign forward chain, sysctl or policy rule affects them. It reports for each packet whether the interface's queue took it.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/unique_fd.hpp"

namespace ghost::net {

enum class Taken : std::uint8_t {
  queued,   // it is in the interface's queue, or has left
  full,     // the queue dropped it (ENOBUFS), or accepted nothing for a second
  too_big,  // EMSGSIZE
  refused,  // any other error of the kernel: a firewall's rule (EPERM), no route, the interface is gone
};

class RawSender {
 public:
  // Without a socket of a family (UniqueFd{}), its packets are refused.
  RawSender(UniqueFd v4, UniqueFd v6) : v4_(std::move(v4)), v6_(std::move(v6)) {}

  // One answer per packet, in order; a packet that is neither IPv4 nor IPv6 is refused. interface 0: by the routes.
  // Blocks only while the sockets' send buffers are full.
  [[nodiscard]] std::vector<Taken> send(std::span<const std::span<const std::uint8_t>> packets, unsigned interface);

 private:
  UniqueFd v4_, v6_;
};

}  // namespace ghost::net
