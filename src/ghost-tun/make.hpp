// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the demand interfaces, and the sockets that only root may make, and passes them to the service manager. An unprivileged
// ghostd gets them from there (sd_pid_notify_with_fds(3), "FDSTORE=1"). They live as long as the store holds them, across crashes
// and restarts.
#pragma once
#include <string>
#include <vector>

#include "core/config.hpp"

namespace ghost::tun {

// One for each link. One that already exists (EBUSY) is in the store from before, which is normal at a restart.
// Returns the errors, one line each. A failed link does not prevent the others.
std::vector<std::string> make_demand_interfaces(const core::Config& config);

// "socket-raw4", "socket-raw6" (net/raw_socket.hpp) and "socket-icmp6" (net/router_socket.hpp). They replace those in the store
// from before. A kernel without IPv6 has only the first. Returns the errors, one line each.
std::vector<std::string> make_sockets();

}  // namespace ghost::tun
