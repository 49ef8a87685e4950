// SPDX-License-Identifier: GPL-2.0-or-later
// The one way to start a program, posix_spawn(3): an argv and never a shell, an empty signal mask and default dispositions (the
// loop blocks what it reads by signalfd), and no descriptor but the three standard ones, whoever started us may have leaked.
#pragma once
#include <sys/types.h>

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
};

// The words that a program of somebody else's finds in its environment: where programs are, and messages in English.
[[nodiscard]] std::vector<std::string> plain_environment();

// The child's pid, which the caller waits for; or errno, if it could not be executed.
[[nodiscard]] tl::expected<pid_t, int> start_child(const ChildPlan& plan);

}  // namespace ghost
