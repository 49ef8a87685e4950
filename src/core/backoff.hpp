// SPDX-License-Identifier: GPL-2.0-or-later
// How long a link waits before it dials again after failures in a row. The delay doubles, from RedialDelay= up to
// RedialDelayMax=.
#pragma once
#include "core/config.hpp"

namespace ghost::core {

// `failures` counts the failed calls in a row, the latest included. For 0 and 1 the result is the first delay.
Duration redial_delay(const CallConfig& call, unsigned failures);

}  // namespace ghost::core
