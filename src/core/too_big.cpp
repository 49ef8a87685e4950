// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/too_big.hpp"

#include <algorithm>

#include "core/packet.hpp"

namespace ghost::core {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Packet = std::vector<std::uint8_t>;

constexpr std::uint16_t kDontFragment = 0x4000, kMoreFragments = 0x2000, kOffset = 0x1fff;
constexpr std::size_t kV4Header = 20, kV6Header = 40, kIcmpHeader = 8;
constexpr std::size_t kQuoteMax4 = 576;   // RFC 1812 §4.3.2.3: the whole answer
constexpr std::size_t kQuoteMax6 = 1280;  // RFC 4443 §3.2: the minimum IPv6 MTU
constexpr std::uint8_t kIcmp = 1, kIcmp6 = 58;

std::uint16_t be16(Bytes b, std::size_t at) { return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]); }
void put16(Packet& b, std::size_t at, std::size_t value) {
  b[at] = static_cast<std::uint8_t>(value >> 8 & 0xff);
  b[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

// RFC 1071.
std::uint32_t sum(Bytes bytes, std::uint32_t start = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) start += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
  return start;
}
std::uint16_t folded(std::uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

bool is_v4(Bytes b) {
  if (b.size() < kV4Header || b[0] >> 4 != 4) return false;
  const std::size_t header = (b[0] & 0x0fu) * 4u;
  return header >= kV4Header && be16(b, 2) >= header && be16(b, 2) <= b.size();
}

// RFC 791 §3.1: later fragments have only the options whose first bit says "copy", padded to a multiple of four.
Packet header_of_later(Bytes header) {
  Packet out(header.begin(), header.begin() + kV4Header);
  for (std::size_t at = kV4Header; at < header.size();) {
    const auto type = header[at];
    if (type == 0) break;  // end of the list
    const std::size_t length = type == 1 ? 1 : at + 1 < header.size() ? header[at + 1] : 0;
    if (length == 0 || at + length > header.size() || (type != 1 && length < 2)) break;
    if ((type & 0x80) != 0)
      out.insert(out.end(), header.begin() + static_cast<std::ptrdiff_t>(at),
                 header.begin() + static_cast<std::ptrdiff_t>(at + length));
    at += length;
  }
  while (out.size() % 4 != 0) out.push_back(0);
  return out;
}

bool is_group4(Bytes address) { return address[0] >= 224 || address[0] == 0 || address[0] == 127; }
bool is_group6(Bytes address) {
  return address[0] == 0xff || std::all_of(address.begin(), address.end(), [](auto byte) { return byte == 0; });
}

std::optional<Packet> answer4(Bytes packet, const PacketInfo& info, unsigned mtu, const IpAddress& router) {
  const bool error = info.protocol == kIcmp && info.icmp_type &&
                     (*info.icmp_type == 3 || *info.icmp_type == 4 || *info.icmp_type == 5 || *info.icmp_type == 11 ||
                      *info.icmp_type == 12);
  if (error || (be16(packet, 6) & kOffset) != 0 || is_group4(packet.subspan(12, 4)) || is_group4(packet.subspan(16, 4)))
    return std::nullopt;
  const auto quote = packet.first(std::min<std::size_t>(be16(packet, 2), kQuoteMax4 - kV4Header - kIcmpHeader));
  const auto total = kV4Header + kIcmpHeader + quote.size();
  Packet out(kV4Header + kIcmpHeader);
  out[0] = 0x45;
  out[1] = 0xc0;  // RFC 1812 §4.3.2.5: internetwork control
  put16(out, 2, total);
  out[8] = 64;
  out[9] = kIcmp;
  std::copy_n(router.bytes().begin(), 4, out.begin() + 12);
  std::copy_n(packet.begin() + 12, 4, out.begin() + 16);
  put16(out, 10, folded(sum(Bytes(out).first(kV4Header))));
  out[20] = 3;
  out[21] = 4;
  put16(out, 26, std::min(mtu, 0xffffu));
  out.insert(out.end(), quote.begin(), quote.end());
  put16(out, 22, folded(sum(Bytes(out).subspan(kV4Header))));
  return out;
}

std::optional<Packet> answer6(Bytes packet, const PacketInfo& info, unsigned mtu, const IpAddress& router) {
  const bool error = info.protocol == kIcmp6 && info.icmp_type && *info.icmp_type < 128;
  if (error || is_group6(packet.subspan(8, 16))) return std::nullopt;
  const auto quote = packet.first(std::min<std::size_t>(kV6Header + be16(packet, 4), kQuoteMax6 - kV6Header - kIcmpHeader));
  const auto payload = kIcmpHeader + quote.size();
  Packet out(kV6Header + kIcmpHeader);
  out[0] = 0x60;
  put16(out, 4, payload);
  out[6] = kIcmp6;
  out[7] = 64;
  std::copy_n(router.bytes().begin(), 16, out.begin() + 8);
  std::copy_n(packet.begin() + 8, 16, out.begin() + 24);
  out[40] = 2;
  put16(out, 44, mtu >> 16);
  put16(out, 46, mtu & 0xffff);
  out.insert(out.end(), quote.begin(), quote.end());
  // RFC 4443 §2.3: the checksum also covers the addresses, the length and the protocol.
  const auto pseudo = sum(Bytes(out).subspan(8, 32), static_cast<std::uint32_t>(payload) + kIcmp6);
  put16(out, 42, folded(sum(Bytes(out).subspan(kV6Header), pseudo)));
  return out;
}

}  // namespace

bool may_be_fragmented(Bytes packet) { return is_v4(packet) && (be16(packet, 6) & kDontFragment) == 0; }

std::vector<Packet> fragment(Bytes packet, unsigned mtu) {
  if (!may_be_fragmented(packet)) return {};
  const std::size_t length = (packet[0] & 0x0fu) * 4u;
  const auto first = packet.first(length);
  const auto later = header_of_later(first);
  const auto flags = be16(packet, 6);
  auto payload = packet.subspan(length, be16(packet, 2) - length);
  std::size_t offset = flags & kOffset;
  std::vector<Packet> out;
  do {
    Packet one = out.empty() ? Packet(first.begin(), first.end()) : later;
    one[0] = static_cast<std::uint8_t>(0x40 | one.size() / 4);
    if (mtu < one.size() + 8) return {};
    const auto room = (mtu - one.size()) / 8 * 8;
    const bool last = payload.size() <= mtu - one.size();
    const auto part = payload.first(last ? payload.size() : room);
    put16(one, 2, one.size() + part.size());
    put16(one, 6, offset | (!last || (flags & kMoreFragments) != 0 ? kMoreFragments : 0u));
    put16(one, 10, 0);
    put16(one, 10, folded(sum(one)));
    one.insert(one.end(), part.begin(), part.end());
    out.push_back(std::move(one));
    payload = payload.subspan(part.size());
    offset += part.size() / 8;
  } while (!payload.empty());
  return out;
}

std::optional<Packet> too_big_answer(Bytes packet, unsigned mtu, const IpAddress& router) {
  const auto info = describe_packet(packet);
  if (!info || info->family() != router.family()) return std::nullopt;
  return info->family() == Family::v4 ? answer4(packet, *info, mtu, router) : answer6(packet, *info, mtu, router);
}

}  // namespace ghost::core
