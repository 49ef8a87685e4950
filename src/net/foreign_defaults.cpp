// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/foreign_defaults.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
#include "net/numbers.hpp"

namespace ghost::net {
namespace {

bool belongs_to_a_link(const std::string& interface, const std::vector<LinkRouting>& links) {
  return std::any_of(links.begin(), links.end(), [&](const LinkRouting& link) {
    return interface == demand_interface(link.link) || interface == link.call_interface;
  });
}

}  // namespace

std::string ForeignDefault::str() const {
  return fmt::format("default{} dev {}{}", gateway ? " via " + gateway->str() : "", interface,
                     metric == 0 ? "" : fmt::format(" metric {}", metric));
}

std::vector<ForeignDefault> foreign_defaults(const std::vector<RouteSeen>& routes, const std::vector<AddressSeen>& addresses,
                                             const std::map<unsigned, std::string>& names,
                                             const std::vector<LinkRouting>& links) {
  std::vector<ForeignDefault> out;
  for (const auto& route : routes) {
    if (route.table != kMainTable || route.prefix.length != 0 || !route.unicast || route.protocol == kProtocol) continue;
    for (const auto& hop : route.hops) {
      const auto name = names.find(hop.interface);
      if (name == names.end() || belongs_to_a_link(name->second, links)) continue;
      ForeignDefault one{route.prefix.family(), name->second, hop.gateway, route.metric, {}};
      for (const auto& a : addresses)
        if (a.index == hop.interface && a.global && !a.removed && a.local.family() == one.family)
          one.addresses.push_back(a.local);
      std::sort(one.addresses.begin(), one.addresses.end());
      out.push_back(std::move(one));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const ForeignDefault& a, const ForeignDefault& b) {
    return std::pair(a.family, a.metric) < std::pair(b.family, b.metric);
  });
  return out;
}

std::vector<std::string> explain(const std::vector<ForeignDefault>& defaults, const std::vector<LinkRouting>& links) {
  std::vector<std::string> out;
  for (const auto& one : defaults) {
    const LinkRouting* first = nullptr;
    for (const auto& link : links)
      if (is_first(link, one.family) && (first == nullptr || link.index < first->index)) first = &link;
    for (const auto& link : links)
      if (link.metric && has_default(link, one.family))
        out.push_back(
            *link.metric > one.metric
                ? fmt::format("{} {} is preferred to link {} (Metric={}), which carries traffic only without it",
                              to_string(one.family), one.str(), link.link, *link.metric)
                : fmt::format("{} {} ranks below link {} (Metric={}): packets without a chosen source address use the link",
                              to_string(one.family), one.str(), link.link, *link.metric));
    if (first == nullptr) continue;
    std::string bound;
    for (const auto& a : one.addresses) bound += (bound.empty() ? "" : ", ") + a.str();
    out.push_back(fmt::format(
        "{} {} gives way while ghostd runs: packets without a chosen source address use link {}; {}", to_string(one.family),
        one.str(), first->link,
        bound.empty() ? std::string("the main table's more specific routes still apply")
                      : fmt::format("packets from {} (such as answers to connections that came in by {}) are not affected", bound,
                                    one.interface)));
  }
  return out;
}

}  // namespace ghost::net
