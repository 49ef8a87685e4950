// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/metrics.hpp"

namespace ghost::net {
namespace {

// A default route of one family.
struct Way {
  bool first = false;
  std::uint32_t metric = 0;  // among its kind; a lower one is better
  bool foreign = false;
  bool able = true;
  std::string text;
  [[nodiscard]] bool before(const Way& other) const {
    if (first != other.first) return first;
    return metric != other.metric ? metric < other.metric : foreign && !other.foreign;
  }
};

std::optional<Way> way_of(const LinkRouting& link, bool able, Family family) {
  if (!has_default(link, family)) return std::nullopt;
  return Way{.first = !link.metric,
             .metric = link.metric ? standby_demand_metric(*link.metric) : link.index,
             .able = able,
             .text = link.metric ? fmt::format("link {} (Metric={})", link.link, *link.metric) : "link " + link.link};
}

}  // namespace

std::vector<Standing> standing(const std::vector<LinkRouting>& links, const std::vector<bool>& able,
                               const std::vector<ForeignDefault>& foreign) {
  std::vector<Standing> out(links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (!links[i].metric) continue;
    bool everywhere = true, somewhere = false;
    std::vector<std::string> fronts;
    for (const auto family : {Family::v4, Family::v6}) {
      const auto own = way_of(links[i], able[i], family);
      if (!own) continue;
      somewhere = true;
      std::optional<Way> front;
      bool below = false;
      bool no_place = false, no_call = false;
      const auto meet = [&](const Way& other) {
        if (own->before(other)) below = below || other.able;
        else if (other.able && (!front || other.before(*front))) front = other;
      };
      for (std::size_t j = 0; j < links.size(); ++j)
        if (const auto other = way_of(links[j], able[j], family); other && j != i) meet(*other);
      for (const auto& one : foreign) {
        if (one.family != family) continue;
        meet({.metric = one.metric, .foreign = true, .text = one.str()});
        no_place = no_place || one.metric == standby_demand_metric(*links[i].metric);
        no_call = no_call || has_metric_of(one, links[i]);
      }
      everywhere = everywhere && front;
      if (front) out[i].behind_in.push_back(family);
      if ((!able[i] && below) || no_place) out[i].withdrawn.push_back(family);
      if (no_call) out[i].outranked.push_back(family);
      if (front && std::find(fronts.begin(), fronts.end(), front->text) == fronts.end()) fronts.push_back(front->text);
    }
    for (const auto& text : fronts) out[i].front += (out[i].front.empty() ? "" : ", ") + text;
    out[i].behind = somewhere && everywhere;
  }
  return out;
}

}  // namespace ghost::net
