// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/event_loop.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <system_error>

#include "loop/check.hpp"

namespace ghost::loop {

Time now() {
  timespec ts{};
  if (::clock_gettime(CLOCK_BOOTTIME, &ts) < 0)
    throw std::system_error(errno, std::generic_category(), "clock_gettime(CLOCK_BOOTTIME)");
  return Time(std::chrono::seconds(ts.tv_sec) + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(ts.tv_nsec)));
}

EventLoop::EventLoop() {
  sd_event* e = nullptr;
  check(sd_event_new(&e), "sd_event_new");
  event_.reset(e);
}

int EventLoop::run() { return check(sd_event_loop(event_.get()), "sd_event_loop"); }

bool EventLoop::turn(Duration max_wait) {
  if (sd_event_get_state(event_.get()) == SD_EVENT_FINISHED) return false;
  const auto wait = max_wait.count() < 0 ? Duration::zero() : max_wait;
  check(sd_event_run(event_.get(), static_cast<std::uint64_t>(wait.count())), "sd_event_run");
  return sd_event_get_state(event_.get()) != SD_EVENT_FINISHED;
}

void EventLoop::exit(int status) noexcept {
  if (failed_) return;
  failed_ = status != EXIT_SUCCESS;
  sd_event_exit(event_.get(), status);
}

bool EventLoop::answer_watchdog() { return check(sd_event_set_watchdog(event_.get(), 1), "sd_event_set_watchdog") > 0; }

void EventLoop::fail_with_current_exception() noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    if (failure_.empty()) failure_ = e.what();
  } catch (...) {
    if (failure_.empty()) failure_ = "unknown exception";
  }
  exit(EXIT_FAILURE);
}

}  // namespace ghost::loop
