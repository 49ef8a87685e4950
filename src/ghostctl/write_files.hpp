// SPDX-License-Identifier: GPL-2.0-or-later
// Writes files so that each is there whole or not at all, even after a power failure. All are written under other names and
// synced first, then renamed one after the other.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "ghostctl/init_files.hpp"

namespace ghost::init {

// Paths are below `root` (empty: the system's). Directories that are missing are made. For root, files belong to root; their
// group is the directory's where that has the set-group-ID bit. A file with `replaces` takes the place of a regular file; any
// other must not exist yet. Error: what failed; new files have been removed again. Signals that end a program wait until this
// returns.
tl::expected<void, std::string> write_files(const std::string& root, const std::vector<NewFile>& files);

}  // namespace ghost::init
