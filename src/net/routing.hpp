// SPDX-License-Identifier: GPL-2.0-or-later
// Which routes and rules a link needs, as values. Pure: routes.hpp puts them into the kernel.
//
// Both kinds of a link's routes name the stable address as preferred source, the call's too: a socket that is
// bound to nothing must not change its address at handover, or it would collide with its own NAT entry and
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
  std::optional<IpAddress>
      source;  // preferred source; must be an address of this host when the route is added
  bool operator==(const Route&) const = default;
  [[nodiscard]] std::string str() const;  // as ip-route(8) would have it, for errors
};

struct Rule {
  Family family = Family::v4;
  std::uint32_t preference = 0;
  std::uint32_t table = 0;
  std::optional<Prefix> from{};                 // the packet's source; none: any
  bool invert = false;                          // "not": what does not match `from`
  std::optional<std::uint32_t> suppress_len{};  // suppress_prefixlength: ignore routes not longer than this
  bool operator==(const Rule&) const = default;
  [[nodiscard]] std::string str() const;  // as ip-rule(8) would have it
};

// What of a link's configuration routing needs to know.
struct LinkRouting {
  std::string link;
  unsigned index = 0;  // the link's place among all, below kRanks (base/metrics.hpp): its rank
  std::vector<Prefix> prefixes;
  std::vector<IpAddress> stable;
  std::optional<std::uint32_t> metric{};  // stands by in main with it; none: first, in front of main's default routes
  std::vector<Family> carried{};          // by its call, just now
  bool withdrawn = false;                 // a standby that could not call: its default routes make room for others
  bool operator==(const LinkRouting&) const = default;
};

// Default routes of a link that is first have the table of our own, everything else goes into main.
[[nodiscard]] std::uint32_t table_for(const LinkRouting& link, const Prefix& prefix);

// Permanent: into gd-<link>. Prefixes of a family without a stable address are left out: nothing could wait
// for them.
[[nodiscard]] std::vector<Route> demand_routes(const LinkRouting& link);

// While a call is up: to ppp-<link>, in front of the demand routes. A family that the call does not carry is
// made unreachable: its packets would only pile up in the buffer, and programs that are told fall back to the
// other at once.
[[nodiscard]] std::vector<Route> call_routes(const LinkRouting& link, const std::vector<Family>& carried);

// Is the link a default way for this family?
[[nodiscard]] bool has_default(const LinkRouting& link, Family family);
// And in front of main's?
[[nodiscard]] bool is_first(const LinkRouting& link, Family family);

struct ForeignDefault;

// The rules of this family that these links need, in their order. foreign: default routes that somebody else keeps.
[[nodiscard]] std::vector<Rule> rules_for(Family family, const std::vector<LinkRouting>& links,
                                          const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
