// SPDX-License-Identifier: GPL-2.0-or-later
// The demand interface of a link as it must stand: on, with its MTU, queue and stable addresses. socket is one of NETLINK_ROUTE.
#pragma once
#include <string>
#include <vector>

#include "base/address.hpp"
#include "net/netlink_socket.hpp"

namespace ghost::net {

struct DemandInterface {
  std::string interface;
  std::vector<IpAddress> stable;
  unsigned mtu = 1500;
  unsigned queue_packets = 4096;  // txqueuelen: packets that the kernel keeps for us until we read
  bool operator==(const DemandInterface&) const = default;
};

// The interface gets its queue, MTU and stable addresses (/32, /128, no duplicate address detection) and is
// switched on. Addresses of an earlier configuration are removed. Set the interface's sysctls
// (sysctl_plan.hpp) before this.
[[nodiscard]] Result<void> set_up(NetlinkSocket& socket, const DemandInterface& demand);

// Those of these interfaces that are not as set_up() leaves them, without those that do not exist. One dump for all.
[[nodiscard]] Result<std::vector<DemandInterface>> not_as(NetlinkSocket& socket, const std::vector<DemandInterface>& demands);

}  // namespace ghost::net
