// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
#include "net/foreign_defaults.hpp"
#include "net/numbers.hpp"

namespace ghost::net {
namespace {

std::optional<IpAddress> source_for(const LinkRouting& link, Family family) {
  const auto at = std::find_if(link.stable.begin(), link.stable.end(),
                               [&](const IpAddress& a) { return a.family() == family; });
  return at == link.stable.end() ? std::nullopt : std::optional(*at);
}

// One route for each prefix that could be waited for.
template <class Make>
std::vector<Route> for_each_prefix(const LinkRouting& link, Make make) {
  std::vector<Route> out;
  for (const auto& prefix : link.prefixes) {
    const auto source = source_for(link, prefix.family());
    if (!source) continue;
    Route route = make(prefix);
    route.prefix = {prefix.network(), prefix.length};
    if (!route.interface.empty()) route.source = source;
    out.push_back(route);
  }
  return out;
}

std::uint8_t whole(Family family) { return family == Family::v4 ? 32 : 128; }

// A source that no packet has: "not from" it is always true (numbers.hpp).
Prefix nobody(Family family) {
  return family == Family::v4 ? Prefix{*IpAddress::parse("255.255.255.255"), 32} : Prefix{*IpAddress::parse("ff00::"), 8};
}

// The interface, or nothing ("unreachable") for a family that the call does not carry.
std::string way(const LinkRouting& link, Family family, const std::vector<Family>& carried) {
  return std::find(carried.begin(), carried.end(), family) == carried.end() ? std::string()
                                                                            : ppp_interface(link.link);
}

}  // namespace

std::string Route::str() const {
  return fmt::format("{}{} table {} metric {}{}", interface.empty() ? "unreachable " : "", prefix.str(),
                     table, metric, interface.empty() ? "" : " dev " + interface);
}

std::string Rule::str() const {
  return fmt::format("{} preference {}{}{} lookup {}{}", to_string(family), preference, invert ? " not" : "",
                     from ? " from " + from->str() : "", table,
                     suppress_len ? fmt::format(" suppress_prefixlength {}", *suppress_len) : "");
}

std::uint32_t table_for(const Prefix& prefix) { return prefix.length == 0 ? kDefaultTable : kMainTable; }

std::vector<Route> demand_routes(const LinkRouting& link) {
  return for_each_prefix(link, [&](const Prefix& prefix) {
    return Route{{}, demand_interface(link.link), table_for(prefix), demand_metric(link.index), {}};
  });
}

std::vector<Route> call_routes(const LinkRouting& link, const std::vector<Family>& carried) {
  return for_each_prefix(link, [&](const Prefix& prefix) {
    return Route{{}, way(link, prefix.family(), carried), table_for(prefix), call_metric(link.index), {}};
  });
}

bool has_default(const LinkRouting& link, Family family) {
  return source_for(link, family) &&
         std::any_of(link.prefixes.begin(), link.prefixes.end(),
                     [family](const Prefix& p) { return p.family() == family && p.length == 0; });
}

std::vector<Rule> rules_for(Family family, const std::vector<LinkRouting>& links,
                            const std::vector<ForeignDefault>& foreign) {
  if (std::none_of(links.begin(), links.end(), [family](const LinkRouting& l) { return has_default(l, family); }))
    return {};
  std::vector<Rule> out{{family, kPreference, kMainTable, nobody(family), true, 0}};
  for (const auto& one : foreign) {
    if (one.family != family) continue;
    for (const auto& address : one.addresses) {
      Rule rule{family, kPreference, kMainTable, Prefix{address, whole(family)}};
      if (std::find(out.begin(), out.end(), rule) == out.end()) out.push_back(rule);
    }
  }
  out.push_back({family, kPreference, kDefaultTable});
  return out;
}

}  // namespace ghost::net
