// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a link (core/link_memory.hpp), as JSON.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/link_memory.hpp"

namespace ghost::appear_state {

std::string to_json(const core::LinkMemory& memory);  // one line, ended by a line feed
// The error says what is wrong, for people. Total; unknown keys are ignored.
[[nodiscard]] tl::expected<core::LinkMemory, std::string> from_json(std::string_view text);

}  // namespace ghost::appear_state
