// SPDX-License-Identifier: GPL-2.0-or-later
// Where events wait for their links. Each is handled whole before the next one, whoever posts it, and from wherever.
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

  // All that waits has been handled when this returns, unless it is called while an event is handled: then it waits behind the others.
  void post(const std::string& link, core::LinkEvent event);

 private:
  Handle handle_;
  std::deque<std::pair<std::string, core::LinkEvent>> waiting_;
  bool handling_ = false;
};

}  // namespace ghost::daemon
