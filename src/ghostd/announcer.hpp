// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-announce as a child: one process a notice. The job goes in by a pipe, the answer comes back by another; ghostd waits
// for neither, nor for its end: one that hangs in a dead file system is left behind. Whatever the child does, there is one
// answer: what it wrote, or that it crashed or took too long. It may be started before there is a job, while a call is dialled:
// on a small machine its libraries take longer than the notice.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "ghost-announce/job.hpp"
#include "loop/sources.hpp"

namespace ghost::daemon {

struct Pipe {
  UniqueFd read, write;
};

class Announcer {
 public:
  using Done = std::function<void(announce::Answer)>;

  // Starts the program, which waits for its job. If the Announcer goes, the child is killed and nobody hears of it.
  Announcer(loop::EventLoop& loop, const std::string& program);
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  // Whether it still waits for a job.
  [[nodiscard]] bool waits() const { return !failure_; }
  // Once. `done` is called once, from the loop.
  void send(const announce::Job& job, Done done);

 private:
  void fail(const std::string& what);
  void readable();
  void ended(const siginfo_t& how);
  void finish(announce::Answer answer);

  Done done_;
  std::optional<announce::Answer> failure_;  // before there was a job
  Pipe input_;                               // both its ends: to write into it is no error, even if the child has ended
  UniqueFd output_;
  std::string text_;
  loop::ChildSource child_;
  loop::IoSource io_;
  loop::Timer deadline_;
  loop::DeferSource failed_;  // tells failure_
};

}  // namespace ghost::daemon
