// SPDX-License-Identifier: GPL-2.0-or-later
// Which files make up the configuration, and whether they can be trusted. Their content becomes arguments of a
// pppd that runs as root, so only root may be able to write them. A file must be owned by root, or by the user who runs
// this, if that is not root. Only its owner may write to it. The same holds of its directory.
// Every user must be able to read root's file, because ghostd is not root. So root's check, the supervisor
// and ghostd decide alike. The content is read once, from the descriptor that was checked.
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

// Directories in rising priority: a file replaces one of the same name in an earlier directory. An empty file or a
// symbolic link to /dev/null only hides it (systemd.unit(5)'s masking). Directories that do not exist
// are not an error. The directories themselves must not be symbolic links, so that the owner of a parent directory cannot
// point them elsewhere.
Collected collect(const std::vector<std::string>& directories);

// One file, in any directory. Diagnostics say why not.
bool read_source(const std::string& path, SourceFile& out, Diagnostics& problems);

}  // namespace ghost::config
