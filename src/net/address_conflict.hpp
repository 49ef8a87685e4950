// SPDX-License-Identifier: GPL-2.0-or-later
// May a call have the addresses that its far end assigned to both ends? Not one of another interface here, nor one in the prefix of
// another interface: packets to it would go to the far end, or nowhere. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::net {

// As the kernel has it (ip-address(8)).
struct HeldAddress {
  std::string ifname;
  IpAddress local;
  IpAddress peer;  // equal to local if the interface is not point-to-point
  std::uint8_t prefix_length = 0;
  bool operator==(const HeldAddress&) const = default;
};

// Why the call of this link must not have the address as its own: "10.10.10.1, which the far end assigned to us, is the address of
// lan0". nullopt: it may. A call may also have the stable address of its link.
[[nodiscard]] std::optional<std::string> own_conflict(const std::string& link, const IpAddress& own,
                                                      const std::vector<HeldAddress>& held);
// Why its far end must not have it. The far ends of two calls often have the same address. That does no harm, because
// no route leads to a far end.
[[nodiscard]] std::optional<std::string> far_conflict(const std::string& link, const IpAddress& far,
                                                      const std::vector<HeldAddress>& held);
// The first conflict of all addresses of the link's call.
[[nodiscard]] std::optional<std::string> call_conflict(const std::string& link, const std::vector<HeldAddress>& held);

}  // namespace ghost::net
