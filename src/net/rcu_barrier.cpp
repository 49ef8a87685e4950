// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rcu_barrier.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace ghost::net {

Result<void> wait_for_packets_in_flight() {
  if (::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0) return failure(errno, "membarrier");
  return {};
}

}  // namespace ghost::net
