// SPDX-License-Identifier: GPL-2.0-or-later
// Whole packets made from what a test wants to say of them, checksums of the IPv4 header included.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace ghost::test {

using Packet = std::vector<std::uint8_t>;

inline Packet operator+(Packet a, const Packet& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline std::uint8_t high(std::size_t n) { return static_cast<std::uint8_t>(n >> 8 & 0xff); }
inline std::uint8_t low(std::size_t n) { return static_cast<std::uint8_t>(n & 0xff); }

inline Packet address_bytes(std::string_view text) {
  const auto address = *IpAddress::parse(text);
  return {address.bytes().begin(), address.bytes().end()};
}

// RFC 1071, over a header whose checksum field is zero.
inline std::uint16_t header_checksum(std::span<const std::uint8_t> header) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < header.size(); i += 2) sum += static_cast<std::uint32_t>(header[i] << 8 | header[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

struct V4 {
  std::uint8_t protocol = 17;
  std::uint8_t ttl = 64;
  std::uint16_t fragment = 0;  // flags and offset, as in the header
  Packet options{};            // a multiple of four bytes
};

inline Packet ipv4(std::string_view source, std::string_view destination, const V4& v, const Packet& payload) {
  const auto header = 20 + v.options.size();
  const auto total = header + payload.size();
  // clang-format off
  Packet p{static_cast<std::uint8_t>(0x40 | header / 4), 0, high(total), low(total), 0x12, 0x34, high(v.fragment),
           low(v.fragment), v.ttl, v.protocol, 0, 0};
  // clang-format on
  p = p + address_bytes(source) + address_bytes(destination) + v.options;
  const auto checksum = header_checksum(p);
  p[10] = high(checksum);
  p[11] = low(checksum);
  return p + payload;
}

inline Packet ipv6(std::string_view source, std::string_view destination, std::uint8_t next, const Packet& payload,
                   std::uint8_t hop_limit = 64) {
  const Packet head{0x60, 0, 0, 0, high(payload.size()), low(payload.size()), next, hop_limit};
  return head + address_bytes(source) + address_bytes(destination) + payload;
}

inline Packet udp(std::uint16_t from, std::uint16_t to, const Packet& payload = {}) {
  const auto total = 8 + payload.size();
  return Packet{high(from), low(from), high(to), low(to), high(total), low(total), 0, 0} + payload;
}

constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kAck = 0x10;

inline Packet tcp(std::uint16_t from, std::uint16_t to, std::uint8_t flags, std::uint32_t sequence) {
  // clang-format off
  return {high(from), low(from), high(to), low(to), high(sequence >> 16), low(sequence >> 16), high(sequence & 0xffff),
          low(sequence & 0xffff), 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0};
  // clang-format on
}

inline Packet icmp(std::uint8_t type) { return {type, 0, 0, 0, 0, 1, 0, 1}; }

}  // namespace ghost::test
