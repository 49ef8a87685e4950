// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/sources.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <sys/wait.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

#include "loop/check.hpp"

namespace ghost::loop {
namespace {

// The userdata of every source. sd-event deletes it through `drop` once the source is freed.
template <class Callback>
struct Held {
  EventLoop* loop;
  Callback callback;

  static void drop(void* self) { delete static_cast<Held*>(self); }

  template <class... Args>
  static int call(void* self, const Args&... args) noexcept {
    auto& held = *static_cast<Held*>(self);
    try {
      held.callback(args...);
    } catch (...) {
      held.loop->fail_with_current_exception();
    }
    return 0;  // a negative number would silently switch the source off
  }
};

int on_io(sd_event_source*, int, std::uint32_t revents, void* self) { return Held<IoSource::Callback>::call(self, revents); }
int on_time(sd_event_source*, std::uint64_t, void* self) { return Held<Timer::Callback>::call(self); }
int on_signal(sd_event_source*, const signalfd_siginfo* si, void* self) { return Held<SignalSource::Callback>::call(self, *si); }

unsigned left_children = 0;  // one thread, as sd-event wants it

// A child's userdata; `left`: its ChildSource is gone, and the loop owns the source.
struct HeldChild : Held<ChildSource::Callback> {
  bool ended = false;
  bool left = false;
  static void drop(void* self) {
    const auto* held = static_cast<HeldChild*>(self);
    if (held->left && !held->ended) --left_children;  // the loop went first
    delete held;
  }
};
int on_child(sd_event_source* s, const siginfo_t* si, void* self) {
  auto& held = *static_cast<HeldChild*>(self);
  held.ended = true;
  if (!held.left) return HeldChild::call(static_cast<Held<ChildSource::Callback>*>(&held), *si);
  --left_children;
  sd_event_source_set_floating(s, 0);  // that was the last reference: it goes when this dispatch is over
  return 0;
}
int on_defer(sd_event_source*, void* self) { return Held<DeferSource::Callback>::call(self); }

// `add` makes the source with this userdata. The source owns the userdata as soon as the destroy callback is set.
template <class Callback, class Add>
sd_event_source* make(EventLoop& loop, Callback callback, const char* what, Add add) {
  auto held = std::make_unique<Held<Callback>>(Held<Callback>{&loop, std::move(callback)});
  sd_event_source* s = nullptr;
  check(add(&s, held.get()), what);
  sd_event_source_set_destroy_callback(s, &Held<Callback>::drop);
  held.release();  // NOLINT(bugprone-unused-return-value): the source has it now
  return s;
}

void block(int signo) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signo);
  check(-pthread_sigmask(SIG_BLOCK, &set, nullptr), "pthread_sigmask");
}

}  // namespace

void Source::set_enabled(bool enabled) {
  check(sd_event_source_set_enabled(source_.get(), enabled ? SD_EVENT_ON : SD_EVENT_OFF), "sd_event_source_set_enabled");
}
bool Source::enabled() const {
  int state = SD_EVENT_OFF;
  check(sd_event_source_get_enabled(source_.get(), &state), "sd_event_source_get_enabled");
  return state != SD_EVENT_OFF;
}
void Source::set_priority(std::int64_t priority) {
  check(sd_event_source_set_priority(source_.get(), priority), "sd_event_source_set_priority");
}
void Source::set_description(const char* text) {
  check(sd_event_source_set_description(source_.get(), text), "sd_event_source_set_description");
}

IoSource::IoSource(EventLoop& loop, int fd, std::uint32_t events, Callback callback)
    : Source(make(loop, std::move(callback), "sd_event_add_io",
                  [&](sd_event_source** s, void* self) { return sd_event_add_io(loop.raw(), s, fd, events, on_io, self); })) {}
void IoSource::set_events(std::uint32_t events) {
  check(sd_event_source_set_io_events(source_.get(), events), "sd_event_source_set_io_events");
}

Timer::Timer(EventLoop& loop, Callback callback)
    : Source(make(loop, std::move(callback), "sd_event_add_time", [&](sd_event_source** s, void* self) {
        return sd_event_add_time(loop.raw(), s, CLOCK_BOOTTIME, UINT64_MAX, 1000, on_time, self);
      })) {
  disarm();
}
void Timer::arm(Time deadline) {
  const auto usec = deadline.time_since_epoch().count();
  check(sd_event_source_set_time(source_.get(), usec < 0 ? 0 : static_cast<std::uint64_t>(usec)), "sd_event_source_set_time");
  check(sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "sd_event_source_set_enabled");
}
void Timer::disarm() { set_enabled(false); }

WallTimer::WallTimer(EventLoop& loop, Callback callback)
    : Source(make(loop, std::move(callback), "sd_event_add_time", [&](sd_event_source** s, void* self) {
        return sd_event_add_time(loop.raw(), s, CLOCK_REALTIME, UINT64_MAX, 1000, on_time, self);
      })) {
  disarm();
}
void WallTimer::arm(WallTime moment) {
  const auto usec = moment.time_since_epoch().count();
  check(sd_event_source_set_time(source_.get(), usec < 0 ? 0 : static_cast<std::uint64_t>(usec)), "sd_event_source_set_time");
  check(sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "sd_event_source_set_enabled");
}
void WallTimer::disarm() { set_enabled(false); }

// timerfd_create(2), TFD_TIMER_CANCEL_ON_SET: reading it fails with ECANCELED, which is the news, and arms it anew.
ClockSetSource::ClockSetSource(EventLoop& loop, Callback callback)
    : fd_(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
  const itimerspec never{.it_interval = {}, .it_value = {.tv_sec = INT64_MAX, .tv_nsec = 0}};
  check(fd_ && ::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0 ? 0 : -errno,
        "timerfd_settime");
  IoSource io(loop, fd_.get(), EPOLLIN, [fd = fd_.get(), callback = std::move(callback)](std::uint32_t) {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto n = ::read(fd, &expirations, sizeof expirations);
    callback();
  });
  static_cast<Source&>(*this) = std::move(static_cast<Source&>(io));
}

SignalSource::SignalSource(EventLoop& loop, int signo, Callback callback)
    : Source((block(signo), make(loop, std::move(callback), "sd_event_add_signal", [&](sd_event_source** s, void* self) {
                return sd_event_add_signal(loop.raw(), s, signo, on_signal, self);
              }))) {}

ChildSource::ChildSource(EventLoop& loop, pid_t pid, Callback callback, AtTheEnd at_the_end) : at_the_end_(at_the_end) {
  block(SIGCHLD);
  auto held = std::make_unique<HeldChild>();
  held->loop = &loop;
  held->callback = std::move(callback);
  sd_event_source* s = nullptr;
  check(sd_event_add_child(loop.raw(), &s, pid, WEXITED, on_child, held.get()), "sd_event_add_child");
  sd_event_source_set_destroy_callback(s, &HeldChild::drop);
  held.release();  // NOLINT(bugprone-unused-return-value): the source has it now
  source_.reset(s);
}
ChildSource& ChildSource::operator=(ChildSource&& other) noexcept {
  if (this == &other) return *this;
  part();
  Source::operator=(std::move(other));
  at_the_end_ = other.at_the_end_;
  return *this;
}
void ChildSource::reset() noexcept { part(); }

// sd_event_source_set_child_process_own(3) would wait for the child in here, however long that takes.
void ChildSource::part() noexcept {
  if (!source_) return;
  auto& held = *static_cast<HeldChild*>(sd_event_source_get_userdata(source_.get()));
  if (at_the_end_ == AtTheEnd::forget || held.ended) return source_.reset();
  if (at_the_end_ == AtTheEnd::kill) (void)sd_event_source_send_child_signal(source_.get(), SIGKILL, nullptr, 0);
  held.callback = nullptr;  // with whatever it holds
  if (sd_event_source_set_floating(source_.get(), 1) < 0) return source_.reset();
  held.left = true;
  ++left_children;
  sd_event_source_unref(source_.release());
}
unsigned ChildSource::left() noexcept { return left_children; }

bool ChildSource::kill(int signo) {
  if (!source_) return false;
  const int r = sd_event_source_send_child_signal(source_.get(), signo, nullptr, 0);
  if (r == -ESRCH) return false;
  check(r, "sd_event_source_send_child_signal");
  return true;
}

DeferSource::DeferSource(EventLoop& loop, Callback callback)
    : Source(make(loop, std::move(callback), "sd_event_add_defer",
                  [&](sd_event_source** s, void* self) { return sd_event_add_defer(loop.raw(), s, on_defer, self); })) {
  set_enabled(false);
}
void DeferSource::run_soon() {
  check(sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "sd_event_source_set_enabled");
}

}  // namespace ghost::loop
