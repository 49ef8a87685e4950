// SPDX-License-Identifier: GPL-2.0-or-later
// The one question to systemd that $SERVICE_RESULT leaves open.
#pragma once
#include <string>

#include "tun_helper/stop_decision.hpp"

namespace ghost::tun_helper {

// The job that waits for this unit, asked on the system bus (org.freedesktop.systemd1(5)); waits 5 s at most.
PendingJob job_of(const std::string& unit);

}  // namespace ghost::tun_helper
