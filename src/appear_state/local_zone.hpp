// SPDX-License-Identifier: GPL-2.0-or-later
// This machine's local time for core/schedule.hpp.
#pragma once
#include "core/schedule.hpp"

namespace ghost::appear_state {

// localtime_r(3)'s. It looks at TZ and /etc/localtime anew each time it is asked (tzset(3)), so a changed zone is known
// at once. Not for threads that set TZ.
core::Zone local_zone();

}  // namespace ghost::appear_state
