// SPDX-License-Identifier: GPL-2.0-or-later
// The one loop of a process: sd-event(3), one thread. Sources (sources.hpp) are made from it and must die before it.
//
// An exception of a callback ends here: the loop exits cleanly with a failing status, and failure() says why. This layer
// does not log; main() does that once.
#pragma once
#include <systemd/sd-event.h>

#include <memory>
#include <string>

#include "base/time.hpp"

namespace ghost::loop {

// CLOCK_BOOTTIME, read now: the clock that every deadline in core is compared with.
Time now();

class EventLoop {
 public:
  EventLoop();  // throws std::system_error, as everything here does when the kernel refuses
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until exit(). Returns its status; EXIT_FAILURE when a callback threw.
  int run();
  // Waits for at most `max_wait` and dispatches one ready source. False once the loop has been left.
  bool turn(Duration max_wait);
  // Leaves the loop after the callback that is running now. The first failing status stays.
  void exit(int status) noexcept;

  // Answers the service manager's watchdog (WatchdogSec=) from the loop itself. False: none was asked for.
  bool answer_watchdog();

  // The text of the exception that ended the loop; empty if there was none.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  // Called by the sources' noexcept boundary, inside a catch block.
  void fail_with_current_exception() noexcept;

  // Lent, for glue that must speak sd-event itself.
  [[nodiscard]] sd_event* raw() const noexcept { return event_.get(); }

 private:
  struct Unref {
    void operator()(sd_event* e) const noexcept { sd_event_unref(e); }
  };
  std::unique_ptr<sd_event, Unref> event_;
  std::string failure_;
  bool failed_ = false;
};

}  // namespace ghost::loop
