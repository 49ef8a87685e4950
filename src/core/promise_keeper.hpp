// SPDX-License-Identifier: GPL-2.0-or-later
// This class decides whether ghostd or ghost-appear begins the next appearance. systemd's timer starts ghost-appear at the
// promised time. ghostd wakes at that time too, and keeps the promise itself if the timer is active, because ghost-appear may come
// late or never. A person who stops the timer wants no more appearances, so ghostd asks systemd first.
//
//   what ghostd knows   is
//   the alarm           the promise's time, until it has come
//   the timer           active or stopped, as systemd last signalled; stopped until the first signal
//   the next elapse     told; or awaited, after ghostd has kept the timer's own elapse
//
// If the promise is the calendar timer's own next elapse, ghostd cannot know what follows. Only ghost-appear, which that timer
// starts, can ask systemd. ghost-appear usually reports while the modem dials. If not, the first notice waits a little for it
// (core/first_notice.hpp). If the link is up already, ghostd leaves this elapse to ghost-appear.
#pragma once
#include <cstdint>
#include <optional>

#include "core/link_memory.hpp"
#include "core/time.hpp"

namespace ghost::core {

// systemd signals that the link's timer is active, or no longer is. Until the first such signal, ghostd keeps no promise.
struct TimerSeen {
  bool active = false;
};
// Why ghostd asks systemd once more whether the timer is active. The signal may still be on its way.
enum class TimerQuestion : std::uint8_t { keep_promise, tell_next };
// The answer to AskTimer, if the timer is active. If it is not, there is no answer.
struct TimerIsActive {
  TimerQuestion question = TimerQuestion::keep_promise;
};
// A person or a program set the real-time clock. The kernel also reports that when the machine has slept, or perhaps has.
struct ClockSet {
  Duration asleep{};  // since the last such event, by the kernel's clocks
};

// Answered by TimerIsActive, if the timer is active.
struct AskTimer {
  TimerQuestion question;
  bool operator==(const AskTimer&) const = default;
};

class PromiseKeeper {
 public:
  // Sets the alarm: the promise has changed, the clock was set, or the calls are listed. The promise may be past or ahead, because
  // core::decide() judges that later. After the clock was put back, its time may come once more.
  void wake_at(std::optional<WallTime> promise) { alarm_ = promise; }
  // By CLOCK_REALTIME.
  [[nodiscard]] std::optional<WallTime> deadline() const { return alarm_; }
  // What is to be asked of systemd when the promise's time has come. It is asked once.
  [[nodiscard]] std::optional<AskTimer> time_passed(WallTime now);

  // True: that is news.
  [[nodiscard]] bool see(const TimerSeen& timer);
  // If not, no timer keeps the promise: no notice names it, and nobody is shown it. It stays saved, because the timer may be started
  // again in time.
  [[nodiscard]] bool timer_active() const { return timer_ == Timer::active; }
  // systemd has answered that the timer is active. True: ghostd keeps the promise now. False: ghost-appear will.
  [[nodiscard]] bool keep(const LinkMemory& memory, const AppearConfig& config, bool link_up, WallTime now);

  [[nodiscard]] bool next_awaited() const { return next_ == NextElapse::awaited; }
  // The timer's service has told it. True: it was awaited.
  [[nodiscard]] bool next_told();

 private:
  enum class Timer : std::uint8_t { stopped, active };
  enum class NextElapse : std::uint8_t { told, awaited };

  std::optional<WallTime> alarm_;
  Timer timer_ = Timer::stopped;
  NextElapse next_ = NextElapse::told;
};

}  // namespace ghost::core
