// SPDX-License-Identifier: GPL-2.0-or-later
// Default routes that somebody else keeps in main, and the addresses that belong to them: who has chosen such an address (an
// answer to somebody who came in there, above all) goes as main says, not by a link. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "net/routing.hpp"
#include "net/routing_decode.hpp"
#include "net/rtnetlink_decode.hpp"

namespace ghost::net {

struct ForeignDefault {
  Family family = Family::v4;
  std::string interface;
  std::optional<IpAddress> gateway;
  std::uint32_t metric = 0;
  std::vector<IpAddress> addresses;  // of global scope, on that interface
  bool operator==(const ForeignDefault&) const = default;
  [[nodiscard]] std::string str() const;  // "default via 192.0.2.1 dev eth0 metric 100"
};

// names: of interfaces, by index. ours: those of links; their routes are none of somebody else's, whoever put them there.
// The better metric comes first.
[[nodiscard]] std::vector<ForeignDefault> foreign_defaults(const std::vector<RouteSeen>& routes,
                                                           const std::vector<AddressSeen>& addresses,
                                                           const std::map<unsigned, std::string>& names,
                                                           const std::vector<LinkRouting>& links);

// What it means for people that these stand beside links that are first; a line each.
[[nodiscard]] std::vector<std::string> explain(const std::vector<ForeignDefault>& defaults,
                                               const std::vector<LinkRouting>& links);

}  // namespace ghost::net
