// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/foreign_defaults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/ids.hpp"
#include "base/metrics.hpp"
#include "net/numbers.hpp"

namespace ghost::net {
namespace {

bool belongs_to_a_link(const std::string& interface, const std::vector<LinkRouting>& links) {
  return std::any_of(links.begin(), links.end(), [&](const LinkRouting& link) {
    return interface == demand_interface(link.link) || interface == link.call_interface;
  });
}

Explained beside_standby(const ForeignDefault& one, const LinkRouting& link) {
  const auto who = fmt::format("{} {}", to_string(one.family), one.str());
  if (has_metric_of(one, link)) {
    std::string advice;
    if (one.metric < kStandbyMetricMax) advice = fmt::format("Metric={} or more to leave the link behind it", one.metric + 1);
    if (one.metric > 2)
      advice += fmt::format("{}{} or less to put the link in front", advice.empty() ? "Metric=" : ", ", one.metric - 2);
    return {true,
            fmt::format("{} is preferred to link {}, because it has one of the link's metrics (Metric={} and the next). Write {}",
                        who, link.link, *link.metric, advice)};
  }
  return {false, is_preferred(one, link)
                     ? fmt::format("{} is preferred to link {} (Metric={}), which carries traffic only without it", who,
                                   link.link, *link.metric)
                     : fmt::format("{} ranks below link {} (Metric={}): packets without a chosen source address use the link",
                                   who, link.link, *link.metric)};
}

// For people: a host may have dozens.
std::string listed(const std::vector<IpAddress>& addresses) {
  constexpr std::size_t kShown = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(addresses.size(), kShown); ++i) out += (out.empty() ? "" : ", ") + addresses[i].str();
  return addresses.size() <= kShown ? out : fmt::format("{} and {} more", out, addresses.size() - kShown);
}

bool is_stable(const IpAddress& address, const std::vector<LinkRouting>& links) {
  return std::any_of(links.begin(), links.end(), [&](const LinkRouting& link) {
    return std::find(link.stable.begin(), link.stable.end(), address) != link.stable.end();
  });
}

// The link carries this address, as those of its LAN (ruleset.hpp).
bool is_shared(const IpAddress& address, const std::vector<LinkRouting>& links) {
  return std::any_of(links.begin(), links.end(), [&](const LinkRouting& link) {
    return is_first(link, address.family()) &&
           std::any_of(link.share.begin(), link.share.end(), [&](const Prefix& p) { return p.contains(address); });
  });
}

}  // namespace

bool is_preferred(const ForeignDefault& one, const LinkRouting& standby) {
  return one.metric <= standby_demand_metric(*standby.metric);
}

bool has_metric_of(const ForeignDefault& one, const LinkRouting& standby) {
  return one.metric == standby_call_metric(*standby.metric) || one.metric == standby_demand_metric(*standby.metric);
}

std::string ForeignDefault::str() const {
  return fmt::format("default{} dev {}{}", gateway ? " via " + gateway->str() : "", interface,
                     metric == 0 ? "" : fmt::format(" metric {}", metric));
}

std::vector<ForeignDefault> foreign_defaults(const std::vector<RouteSeen>& routes, const std::vector<AddressSeen>& addresses,
                                             const std::map<unsigned, std::string>& names,
                                             const std::vector<LinkRouting>& links) {
  std::vector<ForeignDefault> out;
  std::set<std::pair<Family, unsigned>> ways;  // the interfaces of these routes
  std::set<IpAddress> theirs;
  for (const auto& route : routes) {
    if (route.table != kMainTable || route.prefix.length != 0 || !route.unicast || route.protocol == kProtocol) continue;
    for (const auto& hop : route.hops) {
      const auto name = names.find(hop.interface);
      if (name == names.end() || belongs_to_a_link(name->second, links)) continue;
      out.push_back({route.prefix.family(), name->second, hop.gateway, route.metric, {}});
      ways.insert({route.prefix.family(), hop.interface});
      if (route.source) theirs.insert(*route.source);
    }
  }
  std::set<IpAddress> shared;
  for (const auto& a : addresses) {
    const auto name = names.find(a.index);
    if (!a.global || a.removed || name == names.end() || belongs_to_a_link(name->second, links)) continue;
    const bool at_a_way = ways.contains({a.local.family(), a.index});
    (!at_a_way && is_shared(a.local, links) ? shared : theirs).insert(a.local);
  }
  for (auto& one : out) {
    for (const auto& a : theirs)
      if (a.family() == one.family && !is_stable(a, links)) one.addresses.push_back(a);
    for (const auto& a : shared)
      if (a.family() == one.family && !is_stable(a, links) && !theirs.contains(a)) one.shared.push_back(a);
  }
  std::stable_sort(out.begin(), out.end(), [](const ForeignDefault& a, const ForeignDefault& b) {
    return std::pair(a.family, a.metric) < std::pair(b.family, b.metric);
  });
  return out;
}

std::vector<Explained> explain(const std::vector<ForeignDefault>& defaults, const std::vector<LinkRouting>& links) {
  std::vector<Explained> out;
  for (const auto& one : defaults) {
    const LinkRouting* first = nullptr;
    for (const auto& link : links)
      if (is_first(link, one.family) && (first == nullptr || link.index < first->index)) first = &link;
    for (const auto& link : links)
      if (link.metric && has_default(link, one.family)) out.push_back(beside_standby(one, link));
    if (first == nullptr) continue;
    auto text = fmt::format("{} {} gives way while ghostd runs. Packets without a chosen source address use link {}. ",
                            to_string(one.family), one.str(), first->link);
    text += one.addresses.empty()
                ? std::string("The main table's more specific routes still apply")
                : fmt::format("Packets from {} (such as answers to connections that came in by {}) are not affected",
                              listed(one.addresses), one.interface);
    if (!one.shared.empty()) text += fmt::format(". Packets from {} use the link, as From= says", listed(one.shared));
    out.push_back({false, std::move(text)});
  }
  return out;
}

}  // namespace ghost::net
