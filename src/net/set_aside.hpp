// SPDX-License-Identifier: GPL-2.0-or-later
// What lies under a name of ours in a directory of user ghostd, and cannot be believed: it is kept for people, under another name.
#pragma once
#include <filesystem>
#include <string>

namespace ghost::net {

// Renames whatever is there, a directory too, to "<path>.broken", or to a name that nobody can have taken. Returns words for people: "it is
// /run/ghostd/restore.json.broken now", or why not.
std::string set_aside(const std::filesystem::path& path);

}  // namespace ghost::net
