// SPDX-License-Identifier: GPL-2.0-or-later
// How long to leave the line alone after failures in a row: doubling from a first delay up to a longest one.
#pragma once
#include "core/config.hpp"

namespace ghost::core {

// `failures` counts the failed calls in a row, the latest included; with 0 or 1 it is the first delay.
Duration redial_delay(const CallConfig& call, unsigned failures);

}  // namespace ghost::core
