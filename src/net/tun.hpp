// SPDX-License-Identifier: GPL-2.0-or-later
// The demand interface's other end: a TUN device (Documentation/networking/tuntap.rst). What the kernel
// routes into gd-<link> is read here, one packet per read. Nothing is written back: what waited is sent by a raw socket.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Attaches to (or makes) the TUN interface name. The fd is O_NONBLOCK and O_CLOEXEC; the interface vanishes
// with the last copy of it. EBUSY: somebody holds it already. An fd before TUNSETIFF polls POLLERR for ever,
// so none is ever handed out (docs/architecture.md).
[[nodiscard]] Result<UniqueFd> make_tun(const std::string& name);

// The name of the interface a TUN fd is attached to (TUNGETIFF). EBADFD when it is attached to none, ENOTTY
// when it is no TUN at all: an fd that came from outside is asked before it is trusted.
[[nodiscard]] Result<std::string> interface_of(int tun_fd);

// The longest packet a TUN can hand out: IP's 65535 bytes.
inline constexpr std::size_t kPacketMax = 65535;

enum class ReadOutcome : std::uint8_t {
  packet,   // here it is
  nothing,  // the queue is empty (EAGAIN)
  gone,     // the interface was deleted (EBADFD, EIO); errno_value tells
};
struct Read {
  ReadOutcome outcome = ReadOutcome::nothing;
  int errno_value = 0;
  std::vector<std::uint8_t> packet{};  // as long as the packet, no longer
};
// Reads one packet.
[[nodiscard]] Read read_packet(int tun_fd);

}  // namespace ghost::net
