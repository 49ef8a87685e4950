// SPDX-License-Identifier: GPL-2.0-or-later
// exec: a program of the administrator gets the notice as JSON on stdin. Its output is discarded, its exit status is
// the result. Only root may be able to change it or any directory on its path.
#pragma once
#include <sys/stat.h>
#include <sys/types.h>

#include <functional>
#include <string>

#include <tl/expected.hpp>

#include "base/unique_fd.hpp"
#include "ghost-announce/deadline.hpp"
#include "ghost-announce/outcome.hpp"

namespace ghost::announce {

// lstat(2) of a path, or an errno.
using Stat = std::function<tl::expected<struct stat, int>(const std::string&)>;
tl::expected<struct stat, int> stat_of(const std::string& path);

// `path` without symbolic links. The error is for people.
[[nodiscard]] tl::expected<void, std::string> check_program(const std::string& path, const Stat& stat);

struct Program {
  pid_t pid = -1;  // its keeper, which ends as it does; leads a process group of its own
  UniqueFd pidfd;
  UniqueFd input;
};

// Forks, and runs it without arguments and with only PATH in its environment. `path` as in the URL. When this process ends,
// in any way, the program's process group is killed.
[[nodiscard]] tl::expected<Program, Outcome> start_program(const std::string& path);

// Writes its input and waits for it. When it has ended, or at the deadline, its process group is killed, so nothing remains.
Outcome finish_program(Program program, const std::string& input, const Deadline& deadline);

}  // namespace ghost::announce
