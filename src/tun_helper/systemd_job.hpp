// SPDX-License-Identifier: GPL-2.0-or-later
// What is asked of systemd, on the system bus (org.freedesktop.systemd1(5)). An answer is waited for 5 s at most.
#pragma once
#include <string>

#include "tun_helper/stop_decision.hpp"

namespace ghost::tun_helper {

// The job that waits for this unit.
PendingJob job_of(const std::string& unit);

// Whether this service has a main process. false when systemd does not answer.
bool is_running(const std::string& unit);

// Stops the unit and waits until it has stopped, or for so many seconds; 0: leaves it to systemd. Without systemd nothing is done.
void stop_unit(const std::string& unit, unsigned seconds);

}  // namespace ghost::tun_helper
