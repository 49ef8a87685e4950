// SPDX-License-Identifier: GPL-2.0-or-later
// The demand interface's other end: a TUN device (Documentation/networking/tuntap.rst). It reads the packets that the kernel
// routes into gd-<link>, one per read. It writes nothing back: a raw socket sends the waiting packets.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Attaches to (or makes) the TUN interface name. The fd is O_NONBLOCK and O_CLOEXEC; the interface vanishes
// with the last copy of it. EBUSY: another process holds it. An fd before TUNSETIFF polls POLLERR for ever,
// so none is ever returned (docs/architecture.md).
[[nodiscard]] Result<UniqueFd> make_tun(const std::string& name);

// The name of the interface to which a TUN fd is attached (TUNGETIFF). EBADFD if it is attached to none, ENOTTY
// if it is not a TUN: use this to check an fd from outside before trusting it.
[[nodiscard]] Result<std::string> interface_of(int tun_fd);

// The longest packet that a TUN can return: IP's 65535 bytes.
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
