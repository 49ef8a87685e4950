// SPDX-License-Identifier: GPL-2.0-or-later
// Router solicitations out, router advertisements in (RFC 4861), for all calls by one ICMPv6 socket. Making it needs
// CAP_NET_RAW, which ghostd does not have: ghost-tun makes it as root and passes it to ghostd (docs/adr/0015).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Non-blocking. It receives only advertisements that came in by a PPP interface and passed no router. A locked filter
// prevents its owner from receiving more, and the LAN's advertisements from waking us.
[[nodiscard]] Result<UniqueFd> open_router_socket();

class RouterSocket {
 public:
  // fd: made by open_router_socket().
  explicit RouterSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  [[nodiscard]] int fd() const { return fd_.get(); }  // poll for readability
  // One solicitation to all routers on that interface, ahead of what waits in its queue.
  [[nodiscard]] Result<void> solicit(unsigned interface_index);

  // An ICMPv6 message, to be decoded by core::decode_router_advertisement().
  struct Heard {
    unsigned interface_index = 0;
    IpAddress source;
    int hop_limit = 0;
    std::vector<std::uint8_t> bytes;  // from the ICMPv6 type on
  };
  // nullopt: there is none (more). Never blocks.
  [[nodiscard]] std::optional<Heard> read();

 private:
  UniqueFd fd_;
};

}  // namespace ghost::net
