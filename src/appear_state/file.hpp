// SPDX-License-Identifier: GPL-2.0-or-later
// The state of a link's appearances in a file, <directory>/<link>.json, mode 0600: whole or not at all, whenever the
// power goes. The directory is ghostd's StateDirectory=.
//
// save() waits for the disk twice: for the file, so that what is renamed is whole (XFS and others would leave an empty one), and
// for the directory, so that it is there when anybody is told. That was measured at 0.75 ms (median of 200 on ext4 on
// an SSD, 12 KiB; 7 ms at worst), and can be seconds on a card: ghostd does it beside its loop, by writer.hpp. One writes at a
// time for a link, whoever else would: <link>.lock.
#pragma once
#include <optional>
#include <string>

#include "appear_state/state.hpp"

namespace ghost::appear_state {

struct Loaded {
  core::LinkMemory state;              // core::fresh_memory() when there is no file, or none to be read
  std::optional<std::string> problem;  // a line for the journal; the state is fresh then
};

// Waits, shortly, for what an earlier owner of the link may be writing still (left.hpp). No file is no problem. One that can't be understood is set aside as <link>.json.broken, over an earlier one.
Loaded load(const std::string& directory, const std::string& link, core::WallTime now);

// On disk when this returns without an error: written beside it, fsync(2), rename(2), and fsync(2) of the directory. An
// error is a line for the journal; then the file is what it was before.
[[nodiscard]] tl::expected<void, std::string> save(const std::string& directory, const std::string& link,
                                                   const core::LinkMemory& state);

}  // namespace ghost::appear_state
