// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a call may have the addresses that its far end assigned to both ends. Not one of another local interface,
// nor one in another interface's prefix: packets to it would go to the far end, or nowhere. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"

namespace ghost::net {

// An address as the kernel has it (ip-address(8)).
struct HeldAddress {
  std::string ifname;
  IpAddress local;
  IpAddress peer;  // equal to local if the interface is not point-to-point
  std::uint8_t prefix_length = 0;
  bool operator==(const HeldAddress&) const = default;
};

// Why the call must not have the address as its own: "10.10.10.1, which the far end assigned to us, is the address
// of lan0". nullopt: the call may have it. A call may also have the stable address of its link.
[[nodiscard]] std::optional<std::string> own_conflict(const LinkInterfaces& link, const IpAddress& own,
                                                      const std::vector<HeldAddress>& held);
// Why the far end of this call must not have the address. The far ends of two calls often have the same address. That does no
// harm, because no route leads to a far end.
[[nodiscard]] std::optional<std::string> far_conflict(const LinkInterfaces& link, const IpAddress& far,
                                                      const std::vector<HeldAddress>& held);
// The first conflict of all addresses of the link's call.
[[nodiscard]] std::optional<std::string> call_conflict(const LinkInterfaces& link, const std::vector<HeldAddress>& held);

}  // namespace ghost::net
