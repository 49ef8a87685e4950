// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a program that runs as root can be changed by somebody else.
#pragma once
#include <optional>
#include <string>

namespace ghost {

// Why the program at this absolute path must not be run as root; nullopt: only root can change it. Each directory on the way and
// each symbolic link's target is looked at. If root does not run this, its own user counts as root, and what it may not examine is
// left to root.
[[nodiscard]] std::optional<std::string> untrusted_program(const std::string& path);

}  // namespace ghost
