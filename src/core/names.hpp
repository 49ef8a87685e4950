// SPDX-License-Identifier: GPL-2.0-or-later
// Who is asked for names, as values: the states of all links -> which name servers an interface is to have, and whether
// lookups go to them. bus/resolved.hpp tells systemd-resolved; where resolvconf(8) is in use instead, whoever runs it needs
// reachable_servers() alone, because resolv.conf(5) is a plain list.
//
// At most one interface is asked: that of the link which carries default traffic, or would be called for it. resolved asks
// all interfaces with a matching domain at once, and would have every lookup dial every link.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::core {

// What of a link matters here.
struct NamesLink {
  std::string link;
  unsigned index = 0;                 // its rank: of several with the same routes the lowest is called
  std::vector<Prefix> routes;         // with those to the servers of DNS=
  std::vector<IpAddress> configured;  // DNS=
  bool up = false;                    // a call carries its traffic
  bool callable = true;               // a packet that is routed into it is carried or waits for a call; false: blocked
  bool in_front = true;               // false: another default route stands in front of this link's, so its servers are not asked
  std::vector<IpAddress> named;       // by the call
  std::optional<IpAddress> remote;    // of the call
  bool operator==(const NamesLink&) const = default;
};

struct InterfaceNames {
  std::vector<IpAddress> servers;
  bool asked = false;  // for every name (the domain "~."); false: only by who asks for this interface
  bool operator==(const InterfaceNames&) const = default;
};

// By interface. Those that are to have no servers are not in it. A demand interface keeps its servers during the call,
// unasked: a question that waits there for the call would be given up with them.
using Names = std::map<std::string, InterfaceNames>;

[[nodiscard]] Names names_for(const std::vector<NamesLink>& links);

// Those of `named` that the link's routes, or the call's far end itself, can be asked at.
[[nodiscard]] std::vector<IpAddress> reachable_servers(const std::vector<IpAddress>& named, const std::vector<Prefix>& routes,
                                                       const std::optional<IpAddress>& remote);

}  // namespace ghost::core
