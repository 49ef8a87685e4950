// SPDX-License-Identifier: GPL-2.0-or-later
// The things that can wake the loop. Each owns one sd_event_source; destroying the object disables and frees the source.
//
// A callback may destroy its own source, or the owner of it. The callable lives in the source's userdata, and sd-event
// frees it by the destroy callback, after the dispatch has returned (sd_event_source_set_destroy_callback(3)).
// An exception of a callback ends at a noexcept boundary: see EventLoop::failure().
//
// Constructors throw std::system_error.
#pragma once
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.hpp"
#include "base/unique_fd.hpp"
#include "loop/event_loop.hpp"

namespace ghost::loop {

// Of several sources that are ready, the smallest value runs first; see sd_event_source_set_priority(3).
inline constexpr std::int64_t kPriorityImportant = SD_EVENT_PRIORITY_IMPORTANT;
inline constexpr std::int64_t kPriorityNormal = SD_EVENT_PRIORITY_NORMAL;
inline constexpr std::int64_t kPriorityIdle = SD_EVENT_PRIORITY_IDLE;

class Source {
 public:
  Source() = default;  // no source; only to be assigned to
  explicit operator bool() const noexcept { return static_cast<bool>(source_); }
  void set_enabled(bool enabled);
  [[nodiscard]] bool enabled() const;
  void set_priority(std::int64_t priority);
  void set_description(const char* text);  // shows in sd-event's debug log
  [[nodiscard]] sd_event_source* raw() const noexcept { return source_.get(); }
  void reset() noexcept { source_.reset(); }

 protected:
  struct Drop {
    void operator()(sd_event_source* s) const noexcept { sd_event_source_disable_unref(s); }
  };
  explicit Source(sd_event_source* s) : source_(s) {}
  std::unique_ptr<sd_event_source, Drop> source_;
};

// Readiness of an fd that another object owns and that must outlive this one. `events` are epoll's; level-triggered.
class IoSource : public Source {
 public:
  using Callback = std::function<void(std::uint32_t revents)>;
  IoSource() = default;
  IoSource(EventLoop& loop, int fd, std::uint32_t events, Callback callback);
  void set_events(std::uint32_t events);
};

// One deadline on CLOCK_BOOTTIME. Made disarmed; fires once and is disarmed again. Never early; late by a millisecond
// at most, scheduling aside.
class Timer : public Source {
 public:
  using Callback = std::function<void()>;
  Timer() = default;
  Timer(EventLoop& loop, Callback callback);
  void arm(Time deadline);  // replaces the former deadline; one in the past fires at the next turn
  void disarm();
};

// One moment of real time (CLOCK_REALTIME, which can be set). Made disarmed; fires once when the clock shows it, or has been
// set past it.
class WallTimer : public Source {
 public:
  using Callback = std::function<void()>;
  WallTimer() = default;
  WallTimer(EventLoop& loop, Callback callback);
  void arm(WallTime moment);
  void disarm();
};

// The real-time clock was set. Fires each time.
class ClockSetSource : public Source {
 public:
  using Callback = std::function<void()>;
  ClockSetSource() = default;
  ClockSetSource(EventLoop& loop, Callback callback);

 private:
  UniqueFd fd_;
};

// A signal, taken by signalfd(2). The constructor blocks it for this thread, and it stays blocked: processes that are
// spawned later need a clean mask.
class SignalSource : public Source {
 public:
  using Callback = std::function<void(const signalfd_siginfo&)>;
  SignalSource() = default;
  SignalSource(EventLoop& loop, int signo, Callback callback);
};

// The exit of a child of ours. Fires once. The child is reaped after the callback has returned, so inside the callback no
// other process has its pid. The constructor blocks SIGCHLD for this thread.
//
// Nothing ever waits for a child. SIGKILL may not end it at once, because it hangs in a file system or is being debugged.
// Such a child is left to the loop, which reaps it later.
class ChildSource : public Source {
 public:
  using Callback = std::function<void(const siginfo_t&)>;  // si_code CLD_EXITED, CLD_KILLED, CLD_DUMPED; si_status
  enum class AtTheEnd : std::uint8_t {
    forget,  // of this object, before the child's: the child lives on, and others must reap it
    kill,    // it is killed, and reaped by the loop
    leave,   // it may end in its own time, and is reaped by the loop
  };
  ChildSource() = default;
  ChildSource(EventLoop& loop, pid_t pid, Callback callback, AtTheEnd at_the_end = AtTheEnd::forget);
  ~ChildSource() { part(); }
  ChildSource(ChildSource&& other) noexcept = default;
  ChildSource& operator=(ChildSource&& other) noexcept;
  void reset() noexcept;
  // Signals that very process, never one that got its pid later. False: it is gone already.
  bool kill(int signo);
  // Children that were left to a loop and are there still.
  [[nodiscard]] static unsigned left() noexcept;

 private:
  void part() noexcept;
  AtTheEnd at_the_end_ = AtTheEnd::forget;
};

// Runs at the next turn of the loop. Made idle; run_soon() any number of times before that turn means once.
class DeferSource : public Source {
 public:
  using Callback = std::function<void()>;
  DeferSource() = default;
  DeferSource(EventLoop& loop, Callback callback);
  void run_soon();
};

}  // namespace ghost::loop
