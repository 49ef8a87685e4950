// SPDX-License-Identifier: GPL-2.0-or-later
// This machine's local time for core/schedule.hpp.
#pragma once
#include "core/schedule.hpp"

namespace ghost::appear_state {

// The zone of localtime_r(3). It reads TZ and /etc/localtime again on each call (tzset(3)), so a changed zone takes effect
// at once. Not for threads that set TZ.
core::Zone local_zone();

}  // namespace ghost::appear_state
