// SPDX-License-Identifier: GPL-2.0-or-later
// Ends the main process of a service, so that systemd need not. systemd gives the service more time for each EXTEND_TIMEOUT_USEC= of
// that process (sd_notify(3)). So a ghostd that was taken over could hold a stop for ever.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>

namespace ghost::tun {

// Who it is now, as systemd says: 0 for nobody, nullopt when systemd does not answer. It may name another process each time, because
// the main process can hand over (MAINPID=).
using MainProcess = std::function<std::optional<pid_t>()>;

// SIGTERM, then after `grace` SIGKILL, which each later one gets at once. Returns when nobody is left, after `limit` at most; false: somebody
// is left, or nobody knows.
bool end_main_process(const MainProcess& who, std::chrono::milliseconds grace, std::chrono::milliseconds limit);

}  // namespace ghost::tun
