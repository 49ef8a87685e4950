// SPDX-License-Identifier: GPL-2.0-or-later
// Checks DNS= of all links against the known routes to these servers. A link that cannot reach its own name server
// would be dialled in vain. A certain fault is an error. A fault that depends on the machine's other interfaces, which come and
// go, is a warning.
#pragma once
#include <string>
#include <vector>

#include "config/keys.hpp"
#include "config/load.hpp"

namespace ghost::config {

// The networks of this machine's interfaces now, without its own links' and without loopback. Empty if they cannot be read.
std::vector<HostNetwork> host_networks();

// Stable addresses and routes are settled. A server that no route of its link covers gets one of its own.
void settle_name_servers(std::vector<Draft>& drafts, const Roots& roots, Diagnostics& problems, Diagnostics& warnings);

}  // namespace ghost::config
