// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/beside.hpp"

#include "base/ids.hpp"
#include "net/routes.hpp"

namespace ghost::client {

std::vector<net::Explained> what_stands_beside(const core::Config& config) {
  std::vector<net::LinkRouting> links;
  for (const auto& link : config.links)
    links.push_back({.link = link.name,
                     .call_interface = ppp_interface(link.name),
                     .index = static_cast<unsigned>(links.size()),
                     .prefixes = link.routes,
                     .stable = link.stable,
                     .metric = link.metric,
                     .share = link.share});
  auto rtnl = net::Rtnl::open();
  if (!rtnl) return {};
  const auto defaults = rtnl->foreign_defaults(links);
  return defaults ? net::explain(*defaults, links) : std::vector<net::Explained>{};
}

}  // namespace ghost::client
