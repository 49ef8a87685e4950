// SPDX-License-Identifier: GPL-2.0-or-later
// Saves the state without waiting for the disk. An fsync(2) takes a millisecond here and seconds on a busy SD card, and ghostd must
// handle packets. Each write is a forked process with the state of that moment. It ignores the signals that end ghostd, because SIGTERM
// is blocked in both. So a stop, a restart and a crash of ghostd lose no requested write. Requests that arrive
// while it runs are combined into the next write. A failed write is repeated, with the state of that time, after a second, then after
// longer pauses up to a minute.
//
// systemd starts ghostd again only after all its processes have ended. So each write has a time limit, in case the disk hangs.
//
// Durability: a write that has ended is on disk, complete (file.hpp). Until then a power failure may lose it. A caller that tells
// people something that depends on it waits for `done`.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.hpp"
#include "core/time.hpp"
#include "loop/sources.hpp"

namespace ghost::appear_state {

class Writer {
 public:
  using Save = std::function<tl::expected<void, std::string>()>;
  using Done = std::function<void(const std::optional<std::string>& problem)>;
  static constexpr std::chrono::seconds kLife{20};  // and as much for the one before it: less than TimeoutStopSec=

  // `save` runs in the child, after fork(2): it sees the state of that moment, and its changes stay in the child. The loop calls
  // `done` after each write. When busy() is false, all requested writes are on disk. SIGALRM ends a write that takes longer than `life`.
  Writer(loop::EventLoop& loop, Save save, Done done, std::chrono::seconds life = kLife);
  // Pending writes still happen, in order, after the Writer is gone, and a failed one is retried once. Only load() waits for them.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write();
  [[nodiscard]] bool busy() const { return static_cast<bool>(child_) || again_ || owed_; }

 private:
  // Forks the process that writes, behind the one of that pidfd; or errno.
  [[nodiscard]] tl::expected<pid_t, int> spawn(UniqueFd after);
  void start();
  void ended(const siginfo_t& how);
  void failed();

  loop::EventLoop& loop_;
  Save save_;
  Done done_;
  std::chrono::seconds life_;
  bool again_ = false;
  bool owed_ = false;  // the last try failed
  core::Duration delay_{};
  pid_t pid_ = -1;
  UniqueFd problem_;  // the child's error text
  loop::ChildSource child_;
  loop::DeferSource no_process_;
  loop::Timer retry_;
};

}  // namespace ghost::appear_state
