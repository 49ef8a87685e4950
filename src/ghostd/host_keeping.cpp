// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/host_keeping.hpp"

#include <malloc.h>
#include <time.h>

#include "ghostd/log.hpp"
#include "ghostd/must.hpp"

namespace ghost::daemon {
namespace {

core::Duration worked() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::duration_cast<core::Duration>(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
}

}  // namespace

HostKeeping::HostKeeping(loop::EventLoop& loop, Host& host, HostSurroundings::Port port,
                         std::function<void(const std::string& degraded, bool can_carry)> changed)
    : watch_(must(net::Watch::open())),
      around_(host, port),
      table_(host, port.load_table),
      routing_(host),
      queues_(host),
      keeper_({.hear = [this] { return watch_.read(); },
               .around = around_,
               .table = table_,
               .routing = routing_,
               .queues = queues_,
               .clock = {.now = loop::now, .worked = worked},
               .tell = log_lost,
               .changed = std::move(changed)}),
      routing_io_(loop, watch_.routing_fd(), EPOLLIN, [this](std::uint32_t) { heard(); }),
      table_io_(loop, watch_.table_fd(), EPOLLIN, [this](std::uint32_t) { heard(); }),
      timer_(loop, [this] { look(); }) {
  // Handled before packets, so that the Keeper notices a loss before a packet meets it.
  routing_io_.set_priority(loop::kPriorityImportant);
  table_io_.set_priority(loop::kPriorityImportant);
}

void HostKeeping::look() {
  armed_.reset();                        // the timer fires once
  if (keeper_.look()) ::malloc_trim(0);  // the dumps, and what should be in them, took megabytes for a moment
  follow();
}

// Called for each batch of packets, so it does nothing where nothing has changed.
void HostKeeping::follow() {
  if (const bool listens = keeper_.listens(); listens != table_io_.enabled()) {
    routing_io_.set_enabled(listens);
    table_io_.set_enabled(listens);
  }
  const auto at = keeper_.deadline();
  if (at == armed_) return;
  armed_ = at;
  if (at) timer_.arm(*at);
  else timer_.disarm();
}

net::Result<void> HostKeeping::table_must_stand() {
  auto stands = keeper_.table_must_stand();
  follow();
  return stands;
}

bool HostKeeping::table_was_lost() {
  const bool lost = keeper_.table_was_lost();
  follow();
  return lost;
}

}  // namespace ghost::daemon
