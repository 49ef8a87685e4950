// SPDX-License-Identifier: GPL-2.0-or-later
// After the route was switched, a packet that looked it up just before may still be on its way into the TUN, on another
// processor. From the queueing layer on the kernel walks that way under RCU; membarrier(2) with MEMBARRIER_CMD_GLOBAL is its
// synchronize_rcu() for user space: when it returns, every such packet has arrived in the TUN's queue. Not covered is a sender
// that a preemptible kernel has put aside between its lookup and that layer: its one packet comes when it goes on, is sent on then,
// and may have been overtaken.
#pragma once
#include "net/error.hpp"

namespace ghost::net {

// Takes some milliseconds. ENOSYS or EINVAL where the kernel does not have it (nohz_full): wait a little
// instead.
[[nodiscard]] Result<void> wait_for_packets_in_flight();

}  // namespace ghost::net
