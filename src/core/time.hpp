// SPDX-License-Identifier: GPL-2.0-or-later
// Time is an argument. The core never reads a clock: each event comes with a reading of both clocks.
#pragma once
#include "base/time.hpp"

namespace ghost::core {

using ghost::after;
using ghost::BootClock;
using ghost::Duration;
using ghost::sooner;
using ghost::Time;
using ghost::WallTime;

}  // namespace ghost::core
