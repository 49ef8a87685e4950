// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-announce as a child: one process a notice. The job goes in by a pipe, the answer comes back by another; ghostd waits
// for neither. Whatever the child does, there is one answer: what it wrote, or that it crashed or took too long.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "announce/job.hpp"
#include "base/unique_fd.hpp"
#include "loop/sources.hpp"

namespace ghost::daemon {

class Announcer {
 public:
  using Done = std::function<void(announce::Answer)>;

  // Starts the program for this job; `done` is called once, from the loop, unless the Announcer goes before: then the child
  // is killed and nobody hears of it.
  Announcer(loop::EventLoop& loop, const std::string& program, const announce::Job& job, Done done);
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

 private:
  void readable();
  void ended(const siginfo_t& how);
  void finish(announce::Answer answer);

  Done done_;
  UniqueFd output_;
  std::string text_;
  bool overdue_ = false;
  loop::ChildSource child_;
  loop::IoSource io_;
  loop::Timer deadline_;
  loop::DeferSource failed_;
};

}  // namespace ghost::daemon
