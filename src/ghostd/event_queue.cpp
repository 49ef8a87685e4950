// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/event_queue.hpp"

namespace ghost::daemon {

void EventQueue::post(const std::string& link, core::LinkEvent event) {
  waiting_.emplace_back(link, std::move(event));
  if (std::exchange(handling_, true)) return;
  while (!waiting_.empty()) {
    auto [name, next] = std::move(waiting_.front());
    waiting_.pop_front();
    handle_(name, std::move(next));
  }
  handling_ = false;
}

}  // namespace ghost::daemon
