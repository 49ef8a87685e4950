// SPDX-License-Identifier: GPL-2.0-or-later
// The state of a link's appearances in a file, <directory>/<link>.json, mode 0600: whole or not at all, whenever the
// power goes. The directory is ghostd's StateDirectory=.
#pragma once
#include <optional>
#include <string>

#include "appear_state/state.hpp"

namespace ghost::appear_state {

struct Loaded {
  AppearState state;                   // empty when there is no file, or none to be read
  std::optional<std::string> problem;  // a line for the journal; the state is empty then
};

// No file is no problem. One that can't be understood is set aside as <link>.json.broken, over an earlier one.
Loaded load(const std::string& directory, const std::string& link);

// On disk when this returns without an error: written beside it, fsync(2), rename(2), and fsync(2) of the directory. An
// error is a line for the journal; then the file is what it was before.
[[nodiscard]] tl::expected<void, std::string> save(const std::string& directory, const std::string& link,
                                                   const AppearState& state);

}  // namespace ghost::appear_state
