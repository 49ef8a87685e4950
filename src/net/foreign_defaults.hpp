// SPDX-License-Identifier: GPL-2.0-or-later
// Default routes that another program maintains in main, and the addresses that belong to them. A packet with such a source (above
// all an answer to a connection that came in there) follows main, not a link. Pure.
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

// names: of interfaces, by index. links: routes by their interfaces never count as foreign, whoever made them.
// The better metric comes first.
[[nodiscard]] std::vector<ForeignDefault> foreign_defaults(const std::vector<RouteSeen>& routes,
                                                           const std::vector<AddressSeen>& addresses,
                                                           const std::map<unsigned, std::string>& names,
                                                           const std::vector<LinkRouting>& links);

// The effect of these routes beside the links, for people; one line each.
[[nodiscard]] std::vector<std::string> explain(const std::vector<ForeignDefault>& defaults,
                                               const std::vector<LinkRouting>& links);

}  // namespace ghost::net
