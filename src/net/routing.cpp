// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/routing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
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
  return fmt::format("{} preference {}{} lookup {}", to_string(family), preference,
                     iif.empty() ? "" : " iif " + iif, table);
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

std::vector<Route> replay_routes(const LinkRouting& link, const std::vector<Family>& carried) {
  return for_each_prefix(link, [&](const Prefix& prefix) {
    return Route{
        {}, way(link, prefix.family(), carried), replay_table(link.index), call_metric(link.index), {}};
  });
}

std::vector<Rule> rules_for(const std::vector<LinkRouting>& links) {
  std::vector<Rule> out;
  for (const Family family : {Family::v4, Family::v6}) {
    const auto concerns = [&](const LinkRouting& link) { return source_for(link, family).has_value(); };
    if (std::none_of(links.begin(), links.end(), concerns)) continue;
    for (const auto& link : links) {
      if (!concerns(link)) continue;
      out.push_back(
          {family, replay_preference(link.index), replay_table(link.index), demand_interface(link.link), {}});
    }
    out.push_back({family, kMainButDefaultPreference, kMainTable, {}, 0});
    out.push_back({family, kDefaultTablePreference, kDefaultTable, {}, {}});
  }
  return out;
}

}  // namespace ghost::net
