// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that still write for a Writer that is gone. A reload may remove a link and add it again before they have ended, and
// must not read an older state then. There are none of an earlier ghostd: systemd starts the next one only after all processes
// of the last have ended.
#pragma once
#include <chrono>

#include "base/unique_fd.hpp"

namespace ghost::appear_state {

// The longest wait for one process, counted from when it was left. A disk that hangs must not delay packets.
inline constexpr std::chrono::seconds kLeftPatience{2};

// Takes a pidfd of the last process that writes for a link. Not for several threads.
void leave(UniqueFd process);
// Blocks until all have ended, or their time is up.
void await_left();

}  // namespace ghost::appear_state
