// SPDX-License-Identifier: GPL-2.0-or-later
// DNS= of all links against what can be known of the way to these servers: a link that cannot reach its own name server
// would be dialled for nothing. What is certain is an error; what depends on the machine's other interfaces, which come and
// go, a warning.
#pragma once
#include <string>
#include <vector>

#include "config/keys.hpp"
#include "config/load.hpp"

namespace ghost::config {

// The networks of this machine's interfaces now, without its own links' and without loopback. Empty where they cannot be had.
std::vector<HostNetwork> host_networks();

// Stable addresses and routes are settled. A server that no route of its link covers gets one of its own.
void settle_name_servers(std::vector<Draft>& drafts, const Roots& roots, Diagnostics& problems, Diagnostics& warnings);

}  // namespace ghost::config
