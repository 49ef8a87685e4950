// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/stop_decision.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace ghost::tun;

TEST(StopDecision, TellsARestartFromTheEnd) {
  using enum PendingJob;
  using enum Verdict;
  struct Row {
    const char* what;
    StopFacts facts;
    Verdict expected;
  };
  for (const auto& row : {
           Row{"systemctl stop", {"success", "0", stop}, release},
           Row{"systemctl restart", {"success", "0", start}, keep},
           Row{"ends by itself in order, as after SIGTERM from somebody", {"success", "TERM", none}, release},
           Row{"crash", {"core-dump", "SEGV", none}, keep},
           Row{"kill -9", {"signal", "KILL", none}, keep},
           Row{"watchdog", {"watchdog", "ABRT", none}, keep},
           Row{"failure of its own", {"exit-code", "1", none}, keep},
           Row{"configuration error", {"exit-code", "78", none}, release},
           Row{"a signal whose number looks like the status", {"signal", "78", none}, keep},
           Row{"stop, and it does not end in time", {"timeout", "KILL", stop}, release},
           Row{"stop, and it crashes over it", {"core-dump", "SEGV", stop}, release},
           Row{"restart, and it crashes over it", {"signal", "ABRT", start}, keep},
           Row{"start with a configuration error", {"exit-code", "78", start}, release},
           Row{"start that fails otherwise and is tried again", {"exit-code", "1", start}, keep},
           Row{"manager does not answer: in order", {"success", "0", unknown}, release},
           Row{"manager does not answer: crash", {"signal", "KILL", unknown}, keep},
           Row{"by hand, outside of systemd", {"", "", unknown}, release},
       })
    EXPECT_EQ(decide(row.facts), row.expected) << row.what;
}

TEST(StopDecision, JobTypes) {
  for (const auto* type : {"start", "restart", "try-restart", "reload-or-start"})
    EXPECT_EQ(pending_job(type), PendingJob::start) << type;
  EXPECT_EQ(pending_job("stop"), PendingJob::stop);
  for (const auto* type : {"reload", "verify-active", "nop", ""}) EXPECT_EQ(pending_job(type), PendingJob::none) << type;
}

TEST(StopDecision, TheGuardActsOnlyForADeadGhostdThatIsStopped) {
  using enum PendingJob;
  for (const auto job : {none, start, unknown}) {
    EXPECT_EQ(decide_for_guard(true, job), Verdict::keep);
    EXPECT_EQ(decide_for_guard(false, job), Verdict::keep);
  }
  EXPECT_EQ(decide_for_guard(true, stop), Verdict::keep);
  EXPECT_EQ(decide_for_guard(false, stop), Verdict::release);
}

// systemd 257 starts the units of OnFailure= after a crash, too, and shows the service as activating (auto-restart) by then.
TEST(StopDecision, TheGuardEndsAGhostdThatWouldGetNoExecStop) {
  using enum PendingJob;
  for (const auto* busy : {"reloading", "activating", "deactivating"}) {
    EXPECT_TRUE(ends_from_the_guard(busy, stop)) << busy;
    EXPECT_TRUE(ends_from_the_guard(busy, start)) << busy;
    EXPECT_FALSE(ends_from_the_guard(busy, none)) << busy << ": it is the guard alone that is stopped";
    EXPECT_FALSE(ends_from_the_guard(busy, unknown)) << busy;
  }
  for (const auto* other : {"active", "inactive", "failed", ""}) EXPECT_FALSE(ends_from_the_guard(other, stop)) << other;
}

TEST(StopDecision, AFailureIsTheEndUnlessSystemdStartsItAgain) {
  for (const auto* state : {"activating", "active", "reloading"})
    EXPECT_EQ(decide_for_failure(state, PendingJob::none), Verdict::keep) << state;
  for (const auto* state : {"failed", "inactive", "deactivating", ""}) {
    EXPECT_EQ(decide_for_failure(state, PendingJob::none), Verdict::release) << state;
    EXPECT_EQ(decide_for_failure(state, PendingJob::stop), Verdict::release) << state;
    EXPECT_EQ(decide_for_failure(state, PendingJob::start), Verdict::keep) << state << ", and a restart goes on";
  }
}
