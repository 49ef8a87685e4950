// SPDX-License-Identifier: GPL-2.0-or-later
// Asks whether this machine's clock is set: timedate1's NTPSynchronized (org.freedesktop.timedate1(5)), which is the kernel's word
// (adjtimex(2), STA_UNSYNC). ghostd's own unit forbids that system call, because a filter cannot tell a question from setting the
// clock.
#pragma once
#include <functional>
#include <memory>

#include "core/time.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class ClockQuestion {
 public:
  // Another object pumps `bus`. `bus` and `loop` outlive this.
  ClockQuestion(loop::EventLoop& loop, sdbus::IConnection& bus, core::Duration patience = std::chrono::seconds(5));
  ~ClockQuestion();
  ClockQuestion(const ClockQuestion&) = delete;
  ClockQuestion& operator=(const ClockQuestion&) = delete;

  // Called once. True also if systemd-timedated does not answer, because the clock may never be set.
  void ask(std::function<void(bool set)> answer);
  // The bus is gone, so nobody will know.
  void give_up();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
