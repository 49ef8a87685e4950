// SPDX-License-Identifier: GPL-2.0-or-later
// A pseudo-terminal's master in raw mode, without echo, and the path of its slave. Errors are std::system_error.
#pragma once
#include <string>

#include "base/unique_fd.hpp"

namespace ghost::lab {

struct Pty {
  UniqueFd master;  // O_NONBLOCK, O_CLOEXEC
  std::string slave;
};

Pty open_pty();
// Raw and silent again, whatever the last user of the slave left.
void make_raw(int master);
// N_TTY again on the slave, whatever its last user left.
void reset_line_discipline(const std::string& slave);
// Makes `link` point to `target`, in one step; an empty target takes the link away.
void point(const std::string& link, const std::string& target);

}  // namespace ghost::lab
