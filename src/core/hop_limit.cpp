// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/hop_limit.hpp"

namespace ghost::core {
namespace {

using Bytes = std::span<std::uint8_t>;

std::uint32_t be16(Bytes b, std::size_t at) { return static_cast<std::uint32_t>(b[at] << 8 | b[at + 1]); }

void give_back_v4(Bytes b) {
  if (b.size() < 20 || (b[0] & 0x0f) < 5 || b[8] == 255) return;
  const auto before = be16(b, 8);  // TTL and protocol share a word of the checksum
  ++b[8];
  auto sum = (~be16(b, 10) & 0xffff) + (~before & 0xffff) + be16(b, 8);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  const auto checksum = ~sum & 0xffff;
  b[10] = static_cast<std::uint8_t>(checksum >> 8);
  b[11] = static_cast<std::uint8_t>(checksum & 0xff);
}

void give_back_v6(Bytes b) {
  if (b.size() < 40 || b[7] == 255) return;
  ++b[7];
}

}  // namespace

void give_back_hop(Bytes packet) {
  if (packet.empty()) return;
  switch (packet[0] >> 4) {
    case 4: return give_back_v4(packet);
    case 6: return give_back_v6(packet);
  }
}

}  // namespace ghost::core
