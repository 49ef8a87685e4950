// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/beside.hpp"

#include "base/ids.hpp"
#include "net/routes.hpp"

namespace ghost::client {

std::vector<std::string> what_stands_beside(const core::Config& config) {
  std::vector<net::LinkRouting> links;
  for (const auto& link : config.links)
    links.push_back(
        {link.name, ppp_interface(link.name), static_cast<unsigned>(links.size()), link.routes, link.stable, link.metric});
  auto rtnl = net::Rtnl::open();
  if (!rtnl) return {};
  const auto defaults = rtnl->foreign_defaults(links);
  return defaults ? net::explain(*defaults, links) : std::vector<std::string>{};
}

}  // namespace ghost::client
