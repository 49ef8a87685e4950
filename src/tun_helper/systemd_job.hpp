// SPDX-License-Identifier: GPL-2.0-or-later
// The questions to systemd that $SERVICE_RESULT leaves open. Both are asked on the system bus
// (org.freedesktop.systemd1(5)) and wait 5 s at most.
#pragma once
#include <string>

#include "tun_helper/stop_decision.hpp"

namespace ghost::tun_helper {

// The job that waits for this unit.
PendingJob job_of(const std::string& unit);

// Whether this service has a main process. false when systemd does not answer.
bool is_running(const std::string& unit);

}  // namespace ghost::tun_helper
