// SPDX-License-Identifier: GPL-2.0-or-later
// Where events wait for their links. Each event is handled completely before the next one, whoever posts it and from wherever.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "core/link.hpp"

namespace ghost::daemon {

class EventQueue {
 public:
  using Handle = std::function<void(const std::string& link, core::LinkEvent event)>;
  explicit EventQueue(Handle handle) : handle_(std::move(handle)) {}

  // All waiting events have been handled when this returns. If it is called while an event is handled, the new event waits behind
  // the others.
  void post(const std::string& link, core::LinkEvent event);

 private:
  Handle handle_;
  std::deque<std::pair<std::string, core::LinkEvent>> waiting_;
  bool handling_ = false;
};

}  // namespace ghost::daemon
