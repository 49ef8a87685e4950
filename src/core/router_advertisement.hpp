// SPDX-License-Identifier: GPL-2.0-or-later
// What a router advertisement says about addresses (RFC 4861 §4.2). The decoder does not even read its routes, because the far
// end of a call cannot install one (docs/adr/0015). Total: any bytes give an advertisement or nullopt, nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.hpp"

namespace ghost::core {

// A lifetime in seconds, as it is sent. This value means for ever (RFC 4861 §4.6.2).
inline constexpr std::uint32_t kForever = 0xffffffff;

// A Prefix Information option with the A flag, from which hosts make addresses. Without this flag, the option is about routes
// only.
struct AdvertisedPrefix {
  Prefix prefix;
  std::uint32_t valid = 0;
  std::uint32_t preferred = 0;
  bool operator==(const AdvertisedPrefix&) const = default;
};

struct RouterAdvertisement {
  std::vector<AdvertisedPrefix> prefixes;  // in the order of the message
  std::optional<std::uint32_t> mtu;
  bool operator==(const RouterAdvertisement&) const = default;
};

// An ICMPv6 message as received. The kernel has verified its checksum.
struct Icmp6Received {
  IpAddress source;
  int hop_limit = 0;
  std::span<const std::uint8_t> bytes;  // from the ICMPv6 type on
};

// nullopt: the message is not an advertisement, or not a valid one. RFC 4861 §6.1.2 requires a link-local source, hop limit 255,
// code 0, the full length, and no option of length 0.
[[nodiscard]] std::optional<RouterAdvertisement> decode_router_advertisement(const Icmp6Received& message);

// fe80::/10.
[[nodiscard]] bool is_link_local(const IpAddress& address);

}  // namespace ghost::core
