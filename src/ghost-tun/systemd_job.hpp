// SPDX-License-Identifier: GPL-2.0-or-later
// Requests to systemd, on the system bus (org.freedesktop.systemd1(5)). Each waits for its answer, 5 s at most.
#pragma once
#include <string>

#include "ghost-tun/stop_decision.hpp"

namespace ghost::tun_helper {

// The job that waits for this unit.
PendingJob job_of(const std::string& unit);

// Whether this service has a main process. false when systemd does not answer.
bool is_running(const std::string& unit);

// Stops the unit and waits until it has stopped, or for this number of seconds; 0: does not wait. Without systemd it does nothing.
void stop_unit(const std::string& unit, unsigned seconds);

}  // namespace ghost::tun_helper
