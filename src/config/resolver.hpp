// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a name that is looked up on this host can call a link at all: resolv.conf(5) as it is, against the links.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace ghost::config {

// The "nameserver" lines, in their order; others, and those that hold no address, are passed over.
std::vector<IpAddress> name_servers_in(std::string_view resolv_conf);

struct Resolver {
  enum class Manager : std::uint8_t { nobody, resolved, resolvconf };
  Manager manager = Manager::nobody;  // who takes name servers of a link
  std::vector<IpAddress> servers;     // who is asked now; of resolved those that it asks in turn
};

// `leads`: whether a packet to this server would go anywhere, or, for one of this host, somebody listens there.
Diagnostics check_resolver(const Loaded& loaded, const Resolver& resolver, const std::function<bool(const IpAddress&)>& leads);

}  // namespace ghost::config
