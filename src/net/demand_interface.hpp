// SPDX-License-Identifier: GPL-2.0-or-later
// The demand interface of a link as it must be: up, with its MTU, queue and stable addresses. socket is one of NETLINK_ROUTE.
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
  unsigned queue_packets = 4096;  // txqueuelen: packets that the kernel keeps until ghostd reads them
  bool operator==(const DemandInterface&) const = default;
};

// The interface gets its queue, MTU and stable addresses (/32, /128, no duplicate address detection) and is
// switched on. Addresses of an earlier configuration are removed. Set the interface's sysctls
// (sysctl_plan.hpp) before this.
[[nodiscard]] Result<void> set_up(NetlinkSocket& socket, const DemandInterface& demand);

// The interfaces that differ from what set_up() leaves. Interfaces that do not exist are left out. One dump serves all.
[[nodiscard]] Result<std::vector<DemandInterface>> not_as(NetlinkSocket& socket, const std::vector<DemandInterface>& demands);

}  // namespace ghost::net
