// SPDX-License-Identifier: GPL-2.0-or-later
// The demand interfaces, and the sockets that only root may make: handed to the service manager, taken from there by an
// unprivileged ghostd (sd_pid_notify_with_fds(3), "FDSTORE=1"). They live as long as the store holds them: over crashes and
// restarts.
#pragma once
#include <string>
#include <vector>

#include "core/config.hpp"

namespace ghost::tun_helper {

// One for each link. One that exists already (EBUSY) is in the store from before: that is the good case of a restart.
// Returns what went wrong, a line each; a failed link does not keep the others from being made.
std::vector<std::string> make_demand_interfaces(const core::Config& config);

// "socket-raw4", "socket-raw6" (net/raw_socket.hpp) and "socket-icmp6" (net/router_socket.hpp), in place of those that the store
// has from before. A kernel without IPv6 has no more than the first. Returns what went wrong, a line each.
std::vector<std::string> make_sockets();

}  // namespace ghost::tun_helper
