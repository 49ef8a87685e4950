// SPDX-License-Identifier: GPL-2.0-or-later
// One step of [Recover] under way. It is always a child process, because a tty and sysfs can hang. When its time is up, it gets
// SIGTERM, and then SIGKILL with all that it has started.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>

#include "base/unique_fd.hpp"
#include "core/recovery_step.hpp"
#include "core/time.hpp"
#include "ghost-supervisor/recovery_plan.hpp"
#include "loop/sources.hpp"
#include "ppp/text.hpp"

namespace ghost::supervisor {

class Recovery {
 public:
  struct Callbacks {
    std::function<void(std::string_view line)> on_line;                // made printable, without secrets
    std::function<void(const core::RecoveryReport::End& end)> on_end;  // once, and never from inside a call to this object
  };

  Recovery(loop::EventLoop& loop, const RecoveryPlan& plan, core::Duration timeout, Callbacks callbacks);
  // Kills what still runs.
  ~Recovery();
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;

  // Ends the step before its time.
  void abandon();
  [[nodiscard]] bool over() const { return pid_ < 0; }

 private:
  bool read_some();
  void on_line(std::string_view line);
  void on_exit(const siginfo_t& how);
  void on_deadline();
  [[nodiscard]] core::RecoveryReport::End judged(const siginfo_t& how) const;

  Callbacks callbacks_;
  pid_t pid_ = -1;
  std::string cut_;                    // why it was ended, if it was
  std::string last_line_, last_sent_;  // what it printed last; the last AT command
  UniqueFd output_;
  ppp::LineBuffer lines_;
  loop::Timer deadline_;
  loop::IoSource readable_;
  loop::ChildSource child_;
  loop::DeferSource not_begun_;
};

}  // namespace ghost::supervisor
