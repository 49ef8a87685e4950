// SPDX-License-Identifier: GPL-2.0-or-later
// A modem's tty, for AT commands between two calls.
#pragma once
#include <string>
#include <tl/expected.hpp>

#include "base/unique_fd.hpp"

namespace ghost::supervisor {

// Opens it in raw mode, whether a carrier is there or not, and keeps other programs from it (TIOCEXCL, ioctl_tty(2)). speed: bits
// per second; 0 leaves it as it is. Error: one line for people.
tl::expected<UniqueFd, std::string> open_tty(const std::string& path, unsigned speed);

// Raises or drops DTR. A tty without this line ignores it.
void set_dtr(const UniqueFd& tty, bool up);

}  // namespace ghost::supervisor
