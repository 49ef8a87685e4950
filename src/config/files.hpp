// SPDX-License-Identifier: GPL-2.0-or-later
// Which files make up the configuration, and whether they may be trusted. What stands in them ends in the arguments of a
// pppd that runs as root, so a file counts only if nobody but root could have put it there: owned by root (or by the
// user who runs this, when that is not root), writable by the owner alone, in a directory of which the same holds.
// Root's file must also be readable by everybody, for ghostd runs as a user of its own: so root's check, the supervisor
// and ghostd judge alike. The content is read once, from the very descriptor that was judged.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"

namespace ghost::config {

struct SourceFile {
  std::string path;
  std::string text;
  bool operator==(const SourceFile&) const = default;
};

// A link's own file first, then its drop-ins by file name.
using LinkFiles = std::vector<SourceFile>;

struct Collected {
  std::map<std::string, LinkFiles> links;  // by name; names as found, not judged yet
  Diagnostics problems;
  Diagnostics warnings;
};

// Directories in rising priority: a file hides one of the same name in an earlier directory, and an empty file or a
// symbolic link to /dev/null hides it without replacing it (systemd.unit(5)'s masking). Directories that do not exist
// are no problem. The directories themselves must not be symbolic links, so that the owner of a directory above cannot
// point them elsewhere.
Collected collect(const std::vector<std::string>& directories);

// One file, wherever it lies. Diagnostics tell why not.
bool read_source(const std::string& path, SourceFile& out, Diagnostics& problems);

}  // namespace ghost::config
