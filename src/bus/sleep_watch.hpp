// SPDX-License-Identifier: GPL-2.0-or-later
// Hears from systemd-logind that the machine is about to sleep, and holds the sleep off until ghostd is ready. logind waits for
// InhibitDelayMaxSec=, 5 s by default. Without logind, or if it refuses, the machine sleeps without waiting, and the kernel's clocks
// tell ghostd afterwards. Source: org.freedesktop.login1(5), "Inhibitor Locks".
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bus/asking.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class SleepWatch {
 public:
  struct Callbacks {
    std::function<void()> sleeps;                          // the machine is about to sleep; call ready() when ghostd is
    std::function<void()> woke;                            // it has slept, or the sleep was called off
    std::function<void(const std::string& text)> refused;  // logind's words, once until it agrees again
  };

  // Another object pumps `bus`. `bus` and `loop` outlive this. Throws sdbus::Error if the bus cannot be asked.
  SleepWatch(loop::EventLoop& loop, sdbus::IConnection& bus, Callbacks callbacks, core::Duration patience = kAskPatience,
             core::Duration first_pause = kFirstPause);
  ~SleepWatch();
  SleepWatch(const SleepWatch&) = delete;
  SleepWatch& operator=(const SleepWatch&) = delete;

  // Nothing holds the sleep off any more. Without one that was announced, nothing happens.
  void ready();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
