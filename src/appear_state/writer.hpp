// SPDX-License-Identifier: GPL-2.0-or-later
// Writing the state down without waiting for the disk: an fsync(2) is a millisecond here and seconds on an SD card that is
// busy, and ghostd has packets to look after. Each write is a process of its own, forked off with the state as it is at
// that moment. It ignores what ends ghostd (SIGTERM is blocked in both), so that a stop, a restart and a crash of ghostd lose nothing
// that was asked for; and what was asked for while it ran is written next, all at once. One that could not be done is tried again, with
// what there is to be written then, after a second, and ever longer up to a minute.
//
// A disk that hangs must not keep systemd from starting ghostd again (it waits for all its processes): a write ends by itself.
//
// What is durable: a write that has ended is on disk, whole (file.hpp). Until then the power may take it, so who tells people
// something that depends on it waits for `done`.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.hpp"
#include "loop/sources.hpp"

namespace ghost::appear_state {

class Writer {
 public:
  using Save = std::function<tl::expected<void, std::string>()>;
  using Done = std::function<void(const std::optional<std::string>& problem)>;
  static constexpr std::chrono::seconds kLife{20};  // and as much for the one before it: less than TimeoutStopSec=

  // `save` is called in the child, after fork(2): it sees what ghostd saw then, and what it changes nobody sees. `done` comes
  // from the loop after each write: then, or when it is busy() no more, all that was asked for is on disk,
  // if there was no problem. One that takes longer than `life` is ended by SIGALRM.
  Writer(loop::EventLoop& loop, Save save, Done done, std::chrono::seconds life = kLife);
  // What was asked for is written yet, in its order, and what could not be written is tried once more; only load() waits for it.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write();
  [[nodiscard]] bool busy() const { return static_cast<bool>(child_) || again_; }

 private:
  void start(UniqueFd after);
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
  UniqueFd problem_;  // what it could not do
  loop::ChildSource child_;
  loop::DeferSource no_process_;
  loop::Timer retry_;
};

}  // namespace ghost::appear_state
