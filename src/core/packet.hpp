// SPDX-License-Identifier: GPL-2.0-or-later
// Describes a packet for people ("what woke it?") and recognises the retransmit of a TCP SYN. It does not judge packets, because
// nftables decides which ones deserve a call. Total: any bytes give a description or nullopt, nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/address.hpp"

namespace ghost::core {

// What makes one TCP SYN the retransmit of another (RFC 9293 §3.5: same connection, same initial sequence number).
struct SynKey {
  IpAddress source, destination;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint32_t sequence = 0;
  auto operator<=>(const SynKey&) const = default;
};

struct PacketInfo {
  IpAddress source, destination;
  std::uint8_t protocol = 0;                 // IANA protocol number, after any IPv6 extension headers
  std::optional<std::uint16_t> source_port;  // TCP, UDP, SCTP, DCCP; later fragments have none
  std::optional<std::uint16_t> destination_port;
  std::optional<std::uint8_t> icmp_type;
  std::optional<SynKey> syn;  // a SYN without ACK
  bool operator==(const PacketInfo&) const = default;

  [[nodiscard]] Family family() const { return source.family(); }
  // "tcp 192.0.0.2:40000 -> 9.9.9.9:443", "icmp 192.0.0.2 -> 9.9.9.9 echo-request", "proto 47 …".
  [[nodiscard]] std::string str() const;
};

// RFC 791, RFC 8200. nullopt: the bytes are not IP, or fewer than the header says (truncated).
std::optional<PacketInfo> describe_packet(std::span<const std::uint8_t> bytes);

}  // namespace ghost::core
