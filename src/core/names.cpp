// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/names.hpp"

#include <algorithm>

namespace ghost::core {
namespace {

bool has_default(const NamesLink& link) {
  return std::any_of(link.routes.begin(), link.routes.end(), [](const Prefix& p) { return p.length == 0; });
}

// The servers that are asked through the call of an up link.
std::vector<IpAddress> call_servers(const NamesLink& link) {
  auto servers = reachable_servers(link.named, link.routes, link.remote);
  return servers.empty() ? link.configured : servers;
}

bool in_front(const NamesLink& link) {
  const auto servers = link.up ? call_servers(link) : link.configured;
  return !link.gives_way && std::none_of(servers.begin(), servers.end(), [&](const IpAddress& server) {
    return std::find(link.behind_in.begin(), link.behind_in.end(), server.family()) != link.behind_in.end();
  });
}

// The one link whose servers are asked. nullptr: none. Links with default traffic come first. A link without it is asked only if
// it has DNS= and no link with default traffic has servers.
const NamesLink* choose(const std::vector<const NamesLink*>& by_rank) {
  const auto first = [&](auto fits) -> const NamesLink* {
    const auto at = std::find_if(by_rank.begin(), by_rank.end(), [&](const NamesLink* l) { return in_front(*l) && fits(*l); });
    return at == by_rank.end() ? nullptr : *at;
  };
  const auto up_default = first([](const NamesLink& l) { return l.up && has_default(l); });
  const auto carrier = up_default != nullptr ? up_default : first(has_default);
  if (carrier != nullptr && (carrier->up ? !call_servers(*carrier).empty() : carrier->callable && !carrier->configured.empty()))
    return carrier;
  const auto says_dns = [](const NamesLink& l) { return !has_default(l) && !l.configured.empty(); };
  if (const auto* up = first([&](const NamesLink& l) { return says_dns(l) && l.up; })) return up;
  return first([&](const NamesLink& l) { return says_dns(l) && l.callable; });
}

}  // namespace

std::vector<IpAddress> reachable_servers(const std::vector<IpAddress>& named, const std::vector<Prefix>& routes,
                                         const std::optional<IpAddress>& remote) {
  std::vector<IpAddress> out;
  for (const auto& server : named) {
    const bool led = server == remote || std::any_of(routes.begin(), routes.end(), [&](const Prefix& p) {
                       return p.family() == server.family() && p.contains(server);
                     });
    if (led && std::find(out.begin(), out.end(), server) == out.end()) out.push_back(server);
  }
  return out;
}

Names names_for(const std::vector<NamesLink>& links) {
  std::vector<const NamesLink*> by_rank;
  for (const auto& l : links) by_rank.push_back(&l);
  std::sort(by_rank.begin(), by_rank.end(), [](const auto* a, const auto* b) { return a->index < b->index; });
  const auto* asked = choose(by_rank);
  Names out;
  for (const auto& l : links) {
    if (!l.configured.empty()) out[l.interfaces.demand] = {l.configured, &l == asked && !l.up};
    if (!l.up) continue;
    if (auto servers = call_servers(l); !servers.empty()) out[l.interfaces.call] = {std::move(servers), &l == asked};
  }
  return out;
}

}  // namespace ghost::core
