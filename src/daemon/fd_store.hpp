// SPDX-License-Identifier: GPL-2.0-or-later
// The service manager keeps our TUN fds: they come by the socket-activation protocol, are found by name (the order of
// LISTEN_FDS is not stable), and outlive a crash and a restart. sd_listen_fds_with_names(3), sd_pid_notify_with_fds(3).
#pragma once
#include <map>
#include <string>

#include "base/unique_fd.hpp"

namespace ghost::daemon {

// link → its TUN. Takes over all that were passed; what is no TUN of a link of that name is closed.
[[nodiscard]] std::map<std::string, UniqueFd> inherited_tuns();

// Puts a TUN that we made ourselves into the store / takes one of a vanished link out. Without a manager: nothing.
void store_tun(const std::string& link, int fd);
void remove_stored_tun(const std::string& link);

}  // namespace ghost::daemon
