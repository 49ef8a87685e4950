// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-announce as a child: one process per notice. The job goes in by one pipe, and the answer comes back by another. ghostd
// blocks on neither, nor on the child's end. It leaves a child behind that hangs in a dead file system. Whatever the child does,
// there is one answer: what it wrote, or that it crashed or took too long. ghostd may start it while a call is dialled, before
// there is a job. This saves time, because on a small machine its libraries take longer to load than the notice takes.
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

  // Starts the program, which waits for its job. The destructor kills the child without an answer.
  Announcer(loop::EventLoop& loop, const std::string& program);
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  // Whether the child still waits for a job.
  [[nodiscard]] bool waits() const { return !failure_; }
  // Call it once. The loop then calls `done` once.
  void send(const announce::Job& job, Done done);

 private:
  void fail(const std::string& what);
  void readable();
  void ended(const siginfo_t& how);
  void finish(announce::Answer answer);

  Done done_;
  std::optional<announce::Answer> failure_;  // the failure of a child that had no job yet
  Pipe input_;                               // both ends, so that a write succeeds even if the child has ended
  UniqueFd output_;
  std::string text_;
  loop::ChildSource child_;
  loop::IoSource io_;
  loop::Timer deadline_;
  loop::DeferSource failed_;  // reports failure_
};

}  // namespace ghost::daemon
