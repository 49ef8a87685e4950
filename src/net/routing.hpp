// SPDX-License-Identifier: GPL-2.0-or-later
// Which routes and rules a link needs, as values. Pure: routes.hpp puts them into the kernel.
//
// Both kinds of a link's routes, also the call's, name the stable address as preferred source. An unbound socket
// must not change its address at the handover. Otherwise it would collide with its own NAT entry, and
// the far end would see a second port (docs/architecture.md).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::net {

struct Route {
  Prefix prefix;
  std::string interface;  // empty: unreachable, answered with "no route to host" at once
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  std::optional<IpAddress> source;  // preferred source; must be an address of this host when the route is added
  bool operator==(const Route&) const = default;
  [[nodiscard]] std::string str() const;  // as ip-route(8) would have it, for errors
};

struct Rule {
  Family family = Family::v4;
  std::uint32_t preference = 0;
  std::uint32_t table = 0;
  std::optional<Prefix> from{};                 // the packet's source; none: any
  bool invert = false;                          // "not": packets that do not match `from`
  std::optional<std::uint32_t> suppress_len{};  // suppress_prefixlength: ignore routes not longer than this
  bool operator==(const Rule&) const = default;
  [[nodiscard]] std::string str() const;  // as ip-rule(8) would have it
};

// The part of a link's configuration that routing needs.
struct LinkRouting {
  std::string link;
  std::string call_interface;  // of its calls
  unsigned index = 0;          // the link's place among all, below kRanks (base/metrics.hpp): its rank
  std::vector<Prefix> prefixes;
  std::vector<IpAddress> stable;
  std::optional<std::uint32_t> metric{};  // of a standby link's routes in main; none: first, before main's default routes
  std::vector<Family> carried{};          // the families that its call carries now
  std::vector<Family> withdrawn{};        // in which the demand interface of a standby has no default route now (standing.hpp)
  std::vector<Family> outranked{};        // in which its call has none in main (the same)
  std::vector<Prefix> share{};            // [Share] From=
  bool operator==(const LinkRouting&) const = default;
};

// Default routes of a first link are in our own table, everything else is in main.
[[nodiscard]] std::uint32_t table_for(const LinkRouting& link, const Prefix& prefix);

// Permanent: into gd-<link>. Prefixes of a family without a stable address are left out, because no packet could wait
// for them.
[[nodiscard]] std::vector<Route> demand_routes(const LinkRouting& link);

// While a call is up: to its interface, in front of the demand routes. A family that the call does not carry is
// made unreachable. Its packets would only fill the buffer, and programs that get the error use the
// other family at once.
[[nodiscard]] std::vector<Route> call_routes(const LinkRouting& link, const std::vector<Family>& carried);

// The same link with each route that it may have: what is removed at the end, whatever stands.
[[nodiscard]] LinkRouting in_full(LinkRouting link);

// Does the link have a default route for this family?
[[nodiscard]] bool has_default(const LinkRouting& link, Family family);
// And before main's?
[[nodiscard]] bool is_first(const LinkRouting& link, Family family);

struct ForeignDefault;

// The rules of this family that these links need, in their order. foreign: default routes of other programs.
[[nodiscard]] std::vector<Rule> rules_for(Family family, const std::vector<LinkRouting>& links,
                                          const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
