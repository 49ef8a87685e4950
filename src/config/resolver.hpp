// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a name that is looked up on this host can call a link at all: resolv.conf(5) as it is, against the links.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace ghost::config {

// The "nameserver" lines, in their order; others, and those without an address, are ignored.
std::vector<IpAddress> name_servers_in(std::string_view resolv_conf);

struct Resolver {
  enum class Manager : std::uint8_t { nobody, resolved, resolvconf };
  Manager manager = Manager::nobody;  // the program that accepts name servers of a link
  std::vector<IpAddress> servers;     // the servers in use; with resolved, those that it asks
};

// `leads`: whether there is a route to this server, or, if it is this host, a process that listens there.
Diagnostics check_resolver(const Loaded& loaded, const Resolver& resolver, const std::function<bool(const IpAddress&)>& leads);

}  // namespace ghost::config
