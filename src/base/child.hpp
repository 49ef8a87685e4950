// SPDX-License-Identifier: GPL-2.0-or-later
// The two ways to start a process; tests/unit/layers checks that there is no third. No child has a descriptor but the three standard
// ones, whatever is open in us.
//
// A program, by posix_spawn(3): an argv and never a shell. Its signal mask is empty and its dispositions are the default ones, because
// the loop blocks what it reads by signalfd.
//
// Work of our own, by fork(2): the child has our memory as of now, our signal mask and our handlers.
#pragma once
#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace ghost {

struct ChildPlan {
  std::vector<std::string> argv;  // argv[0] is the path: nothing is searched for
  // Words "NAME=value"; nullopt: ours.
  std::optional<std::vector<std::string>> environment;
  // Descriptors that become its standard ones; not owned. No `in`: /dev/null. No `out`, `err`: ours.
  std::optional<int> in, out, err;
  bool own_session = false;  // setsid(2): its process group is its own, so that all of it can be signalled
  // The signal that it gets when this process ends, in any way; 0: none. posix_spawn(3) cannot do that, so fork_child() does, with its
  // rules. A program that cannot be executed then exits with kNotSetUp.
  int dies_with_us = 0;
};

struct ForkPlan {
  const char* name = nullptr;  // as ps(1) shows it, 15 bytes; nullptr: ours
  // As in ChildPlan.
  std::optional<int> in, out, err;
  bool own_group = false;  // setpgid(2)
  int dies_with_us = 0;    // as in ChildPlan
  // fork_child() returns when the child has closed its copies of our other descriptors. So none of these is the last one, whatever we
  // close next: the last close(2) of somebody's socket can hang.
  bool waits_for_closes = false;
};

// The words that a program of somebody else's finds in its environment: where programs are, and messages in English.
[[nodiscard]] std::vector<std::string> plain_environment();

// The child's pid, which the caller waits for; or errno, if it could not be executed.
[[nodiscard]] tl::expected<pid_t, int> start_child(const ChildPlan& plan);

// A child that could not be set up as planned does not work, but exits with this.
inline constexpr int kNotSetUp = 127;

// The child's pid, which the caller waits for; or errno. The child exits with what `work` returns, or with 1 after an exception. It runs no
// destructor and no atexit(3) of ours. This process must have one thread: fork(2) copies only the caller, and a lock of another thread would
// stay locked in the child.
[[nodiscard]] tl::expected<pid_t, int> fork_child(const ForkPlan& plan, const std::function<int()>& work);

// For fork_child: the error of the work goes to the parent as text. Standard output must be a pipe; beyond PIPE_BUF, the text is cut.
[[nodiscard]] int report(const tl::expected<void, std::string>& done);

}  // namespace ghost
