// SPDX-License-Identifier: GPL-2.0-or-later
// Properties of an interface (netdevice(7)).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/address.hpp"
#include "net/error.hpp"

namespace ghost::net {

// Never 0. ENODEV, with `what` for people, if there is no such interface.
[[nodiscard]] Result<unsigned> index_of(const std::string& ifname, const std::string& what);

// Bytes. An advertisement may have made IPv6's smaller (RFC 4861 §4.6.4).
struct Mtu {
  unsigned v4 = 0, v6 = 0;
  [[nodiscard]] unsigned of(Family family) const { return family == Family::v4 ? v4 : v6; }
  bool operator==(const Mtu&) const = default;
};
inline constexpr Mtu kUsualMtu{1500, 1500};
// kUsualMtu if there is no such interface.
[[nodiscard]] Mtu mtu_of(const std::string& ifname);

// Its first IPv4 address, if it has any.
[[nodiscard]] std::optional<IpAddress> ipv4_of(const std::string& ifname);

// How many packets have come by it. The count wraps. Of a PPP interface: not those of LCP and authentication. nullopt: there is no
// such interface, or the kernel does not say.
[[nodiscard]] std::optional<std::uint32_t> received_by(const std::string& ifname);

}  // namespace ghost::net
