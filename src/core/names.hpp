// SPDX-License-Identifier: GPL-2.0-or-later
// Which name servers each interface gets, and whether lookups go to them, computed from the states of all links. bus/resolved.hpp
// tells systemd-resolved. Where resolvconf(8) is in use instead, its caller needs only reachable_servers(), because
// resolv.conf(5) is a plain list.
//
// At most one interface is asked: that of the link that carries default traffic, or would be called for it. resolved asks all
// interfaces with a matching domain at once. If several links had it, every lookup would dial all of them. A link is not asked if
// it has a server of a family that another default route carries. The host has a better way then, and its own servers for it.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"

namespace ghost::core {

// What matters about a link here.
struct NamesLink {
  std::string link;
  LinkInterfaces interfaces;
  unsigned index = 0;                 // its rank: of several with the same routes the lowest is called
  std::vector<Prefix> routes;         // with those to the servers of DNS=
  std::vector<IpAddress> configured;  // DNS=
  bool up = false;                    // a call carries its traffic
  bool callable = true;               // its packets are carried or wait for a call; false: it is barred
  bool gives_way = false;             // other default routes carry all of its default traffic, or some because it cannot call
  std::vector<Family> behind_in{};    // the families whose default traffic another route carries
  std::vector<IpAddress> named;       // the servers that the call named
  std::optional<IpAddress> remote;    // of the call
  bool operator==(const NamesLink&) const = default;
};

struct InterfaceNames {
  std::vector<IpAddress> servers;
  bool asked = false;  // for every name (the domain "~."); false: only by programs that ask for this interface
  bool operator==(const InterfaceNames&) const = default;
};

// By interface. An interface without servers is not in the map. A demand interface keeps its servers during the call, but nobody
// asks them. Without its servers, resolved would give up a question that waits there for the call.
using Names = std::map<std::string, InterfaceNames>;

[[nodiscard]] Names names_for(const std::vector<NamesLink>& links);

// The servers in `named` that can be reached: the link's routes lead to them, or they are the call's far end itself.
[[nodiscard]] std::vector<IpAddress> reachable_servers(const std::vector<IpAddress>& named, const std::vector<Prefix>& routes,
                                                       const std::optional<IpAddress>& remote);

}  // namespace ghost::core
