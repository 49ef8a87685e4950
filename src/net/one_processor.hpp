// SPDX-License-Identifier: GPL-2.0-or-later
// What is written into a TUN is received by the processor on which write(2) runs: it goes into that processor's backlog
// (netif_rx() of the kernel) and is mostly worked off before write() returns, but where ksoftirqd is at work already, only when
// that comes to it. So a thread that is moved to another processor between two writes may have the second packet forwarded
// first, and what has been written need not have been forwarded yet.
#pragma once
#include <sched.h>

#include <optional>
#include <string_view>

namespace ghost::net {

// Packets in the backlog of that processor, of the text of /proc/net/softnet_stat (Linux 5.10 and later; else nullopt).
std::optional<unsigned> softnet_backlog(std::string_view text, unsigned processor);

// Keeps this thread on the processor where it is, as long as the object lives. Best effort: nothing fails.
class OneProcessor {
 public:
  OneProcessor() noexcept;
  ~OneProcessor();
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

  // Until all that was written has left the backlog, 50 ms at most. False: there was nothing to wait for.
  bool wait_for_backlog() const;

 private:
  int processor_ = -1;
  cpu_set_t before_{};
};

}  // namespace ghost::net
