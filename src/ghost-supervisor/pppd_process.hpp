// SPDX-License-Identifier: GPL-2.0-or-later
// Starts pppd with an argv, never a shell. pppd gets its own session, a clean signal mask, an environment of two words, and
// /dev/null as stdin. One pipe has all output of pppd and its connect script.
#pragma once
#include <sys/types.h>

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/unique_fd.hpp"

namespace ghost::supervisor {

struct PppdProcess {
  pid_t pid = -1;  // also its process group and session; the caller must wait for it
  UniqueFd log;    // non-blocking; ends when the last holder of its other end is gone
};

// Error: one line, when the program cannot be executed. Throws std::system_error when pipes or descriptors run out.
tl::expected<PppdProcess, std::string> start_pppd(const std::vector<std::string>& argv);

}  // namespace ghost::supervisor
