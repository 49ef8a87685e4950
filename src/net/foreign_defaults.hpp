// SPDX-License-Identifier: GPL-2.0-or-later
// Default routes that another program maintains in main, and the addresses of this host whose packets follow main, not a link.
// Above all, these packets are answers to connections that came in by such a route. These are all addresses but those that a link
// uses. A service address or a second interface's address may be reached by that route, too. Pure.
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
  std::vector<IpAddress> addresses;  // those that follow main while this route is there
  std::vector<IpAddress> shared{};   // those that do not: the other interfaces' inside a first link's [Share] From=
  bool operator==(const ForeignDefault&) const = default;
  [[nodiscard]] std::string str() const;  // "default via 192.0.2.1 dev eth0 metric 100"
};

// names: of the interfaces of routes and addresses, by index. links: routes by their interfaces never count as foreign, whoever made them.
// The better metric comes first.
[[nodiscard]] std::vector<ForeignDefault> foreign_defaults(const std::vector<RouteSeen>& routes,
                                                           const std::vector<AddressSeen>& addresses,
                                                           const std::map<unsigned, std::string>& names,
                                                           const std::vector<LinkRouting>& links);

// Whether this route carries instead of a standby link, which has a default route of the family: standing.hpp has the order.
[[nodiscard]] bool is_preferred(const ForeignDefault& one, const LinkRouting& standby);
// Whether it has one of the link's two metrics, so that main has no place for both.
[[nodiscard]] bool has_metric_of(const ForeignDefault& one, const LinkRouting& standby);

// The effect of these routes beside the links, for people; one line each.
struct Explained {
  bool warning = false;  // a person should change something
  std::string text;
  bool operator==(const Explained&) const = default;
};
[[nodiscard]] std::vector<Explained> explain(const std::vector<ForeignDefault>& defaults, const std::vector<LinkRouting>& links);

}  // namespace ghost::net
