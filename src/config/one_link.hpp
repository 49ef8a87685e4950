// SPDX-License-Identifier: GPL-2.0-or-later
// One link by its name, for programs that run as root and have only the name from ghostd.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "config/load.hpp"

namespace ghost::config {

// An error in another link's file does not prevent it, as in ghostd. A link without a file is answered before any file is read, because
// reading all files costs much more. Error: one line for people.
[[nodiscard]] tl::expected<core::LinkConfig, std::string> load_link(std::string_view name, const Roots& roots = {});

}  // namespace ghost::config
