// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/packet.hpp"

namespace ghost::core {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kDccp = 33, kIcmp6 = 58, kSctp = 132;
constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kDestinationOptions = 60;

std::uint16_t be16(Bytes b, std::size_t at) { return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]); }
std::uint32_t be32(Bytes b, std::size_t at) { return static_cast<std::uint32_t>(be16(b, at)) << 16 | be16(b, at + 2); }

void describe_transport(PacketInfo& info, Bytes payload) {
  switch (info.protocol) {
    case kIcmp:
    case kIcmp6:
      if (!payload.empty()) info.icmp_type = payload[0];
      return;
    case kTcp:
    case kUdp:
    case kDccp:
    case kSctp:
      if (payload.size() < 4) return;
      info.source_port = be16(payload, 0);
      info.destination_port = be16(payload, 2);
      if (info.protocol == kTcp && payload.size() >= 14 && (payload[13] & 0x12) == 0x02)
        info.syn = SynKey{info.source, info.destination, *info.source_port, *info.destination_port, be32(payload, 4)};
      return;
  }
}

std::optional<PacketInfo> describe_v4(Bytes b) {
  if (b.size() < 20) return std::nullopt;
  const std::size_t header = (b[0] & 0x0fu) * 4u;
  const std::size_t total = be16(b, 2);
  if (header < 20 || total < header || total > b.size()) return std::nullopt;
  PacketInfo info;
  info.protocol = b[9];
  info.source = *IpAddress::from_bytes(b.subspan(12, 4));
  info.destination = *IpAddress::from_bytes(b.subspan(16, 4));
  const bool first_fragment = (be16(b, 6) & 0x1fff) == 0;
  if (first_fragment) describe_transport(info, b.subspan(header, total - header));
  return info;
}

std::optional<PacketInfo> describe_v6(Bytes b) {
  if (b.size() < 40) return std::nullopt;
  const std::size_t total = 40u + be16(b, 4);
  if (total > b.size()) return std::nullopt;
  PacketInfo info;
  info.protocol = b[6];
  info.source = *IpAddress::from_bytes(b.subspan(8, 16));
  info.destination = *IpAddress::from_bytes(b.subspan(24, 16));
  Bytes rest = b.subspan(40, total - 40);
  while (info.protocol == kHopByHop || info.protocol == kRouting || info.protocol == kDestinationOptions ||
         info.protocol == kFragment) {
    if (rest.size() < 8) return info;
    const bool fragment = info.protocol == kFragment;
    const std::size_t length = fragment ? 8u : (rest[1] + 1u) * 8u;
    if (length > rest.size()) return info;
    info.protocol = rest[0];
    if (fragment && (be16(rest, 2) & 0xfff8) != 0) return info;  // a later fragment has no transport header
    rest = rest.subspan(length);
  }
  describe_transport(info, rest);
  return info;
}

std::string endpoint(const IpAddress& address, const std::optional<std::uint16_t>& port) {
  if (!port) return address.str();
  const auto text = address.family() == Family::v6 ? "[" + address.str() + "]" : address.str();
  return text + ":" + std::to_string(*port);
}

std::string protocol_name(std::uint8_t protocol) {
  switch (protocol) {
    case kIcmp: return "icmp";
    case kTcp: return "tcp";
    case kUdp: return "udp";
    case kDccp: return "dccp";
    case kIcmp6: return "icmpv6";
    case kSctp: return "sctp";
    default: return "proto " + std::to_string(protocol);
  }
}

std::string icmp_name(const PacketInfo& info) {
  const bool v4 = info.protocol == kIcmp;
  switch (*info.icmp_type) {
    case 8:
      if (v4) return "echo-request";
      break;
    case 0:
      if (v4) return "echo-reply";
      break;
    case 128:
      if (!v4) return "echo-request";
      break;
    case 129:
      if (!v4) return "echo-reply";
      break;
    default: break;
  }
  return "type " + std::to_string(*info.icmp_type);
}

}  // namespace

std::string PacketInfo::str() const {
  auto text = protocol_name(protocol) + " " + endpoint(source, source_port) + " -> " + endpoint(destination, destination_port);
  if (icmp_type) text += " " + icmp_name(*this);
  return text;
}

std::optional<PacketInfo> describe_packet(Bytes bytes) {
  if (bytes.empty()) return std::nullopt;
  switch (bytes[0] >> 4) {
    case 4: return describe_v4(bytes);
    case 6: return describe_v6(bytes);
    default: return std::nullopt;
  }
}

}  // namespace ghost::core
