// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/router_advertisement.hpp"

#include <cstddef>

namespace ghost::core {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr int kUnforwarded = 255;  // a router on the way would have decreased it
constexpr std::size_t kHead = 16;
constexpr std::size_t kUnit = 8;  // bytes; option lengths count these units
constexpr std::uint8_t kPrefixInformation = 3;
constexpr std::size_t kPrefixInformationSize = 32;
constexpr std::uint8_t kAutonomous = 0x40;
constexpr std::uint8_t kMtu = 5;
constexpr std::size_t kMtuSize = 8;

std::uint32_t number(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (const auto byte : bytes.subspan(at, 4)) value = value << 8 | byte;
  return value;
}

// An option of another length is ignored, like an unknown option.
void read_option(Bytes option, RouterAdvertisement& into) {
  if (option[0] == kMtu && option.size() == kMtuSize) into.mtu = number(option, 4);
  if (option[0] != kPrefixInformation || option.size() != kPrefixInformationSize) return;
  const std::uint8_t length = option[2];
  const auto address = IpAddress::from_bytes(option.subspan(16, 16));
  if (length > 128 || (option[3] & kAutonomous) == 0 || !address) return;
  const Prefix prefix{*address, length};
  into.prefixes.push_back({{prefix.network(), length}, number(option, 4), number(option, 8)});
}

}  // namespace

bool is_link_local(const IpAddress& address) {
  const auto bytes = address.bytes();
  return address.family() == Family::v6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

std::optional<RouterAdvertisement> decode_router_advertisement(const Icmp6Received& message) {
  if (!is_link_local(message.source) || message.hop_limit != kUnforwarded) return std::nullopt;
  auto bytes = message.bytes;
  if (bytes.size() < kHead || bytes[0] != kRouterAdvertisement || bytes[1] != 0) return std::nullopt;
  RouterAdvertisement out;
  bytes = bytes.subspan(kHead);
  while (!bytes.empty()) {
    const std::size_t size = bytes.size() < 2 ? 0 : bytes[1] * kUnit;
    if (size == 0 || size > bytes.size()) return std::nullopt;
    read_option(bytes.first(size), out);
    bytes = bytes.subspan(size);
  }
  return out;
}

}  // namespace ghost::core
