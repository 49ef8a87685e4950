// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that still write for a Writer that is gone: of a link that a reload has removed, and may bring back before they have
// ended. Who reads the state then must not get an older one. Of an earlier ghostd's there are none: systemd starts the next when
// all processes of the last have ended.
#pragma once
#include <chrono>

#include "base/unique_fd.hpp"

namespace ghost::appear_state {

// Nobody waits longer than that for one, counted from when it was left: a disk that hangs must not keep packets waiting.
inline constexpr std::chrono::seconds kLeftPatience{2};

// A pidfd of the last process that writes for somebody. Not for several threads.
void leave(UniqueFd process);
// Blocks until all have ended, or their time is up.
void await_left();

}  // namespace ghost::appear_state
