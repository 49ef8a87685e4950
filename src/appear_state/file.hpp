// SPDX-License-Identifier: GPL-2.0-or-later
// The state of a link's appearances in a file, <directory>/<link>.json, mode 0600. A power failure leaves it complete or absent.
// The directory is ghostd's StateDirectory=.
//
// save() waits for the disk twice. It waits for the file, because XFS and others would otherwise leave an empty one after the
// rename. It waits for the directory, so that the file exists before anybody is told. This took 0.75 ms (median of 200 on ext4
// on an SSD, 12 KiB; 7 ms at worst), and can take seconds on a card. So ghostd does it outside its loop, by writer.hpp. Only
// one process at a time writes for a link: <link>.lock.
#pragma once
#include <optional>
#include <string>

#include "appear_state/state.hpp"
#include "core/time.hpp"

namespace ghost::appear_state {

struct Loaded {
  core::LinkMemory state;              // core::fresh_memory() when there is no file, or none to be read
  std::optional<std::string> problem;  // a line for the journal; the state is fresh then
};

// First waits, briefly, for the last writes of an earlier owner of the link (left.hpp). A missing file is not a problem. A file
// that cannot be parsed is renamed to <link>.json.broken, and replaces an earlier one.
Loaded load(const std::string& directory, const std::string& link, core::WallTime now);

// The state is on disk when this returns without an error: write a temporary file, fsync(2), rename(2), and fsync(2) the
// directory. An error is a line for the journal; the file is then unchanged.
[[nodiscard]] tl::expected<void, std::string> save(const std::string& directory, const std::string& link,
                                                   const core::LinkMemory& state);

}  // namespace ghost::appear_state
