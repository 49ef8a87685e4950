// SPDX-License-Identifier: GPL-2.0-or-later
// After a switch of the route, a packet that looked it up just before may still be going into the TUN, on another
// processor. From the queueing layer on, the kernel handles it under RCU. membarrier(2) with MEMBARRIER_CMD_GLOBAL is
// synchronize_rcu() for user space: when it returns, every such packet is in the TUN's queue. There is one exception: a
// preemptible kernel may suspend a sender between its lookup and that layer. Its one packet arrives later, is sent on then,
// and may have been overtaken.
#pragma once
#include "net/error.hpp"

namespace ghost::net {

// Takes some milliseconds. ENOSYS or EINVAL if the kernel does not have it (nohz_full): wait a little
// instead.
[[nodiscard]] Result<void> wait_for_packets_in_flight();

}  // namespace ghost::net
