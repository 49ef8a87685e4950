// SPDX-License-Identifier: GPL-2.0-or-later
// What is remembered of a link (core/link_memory.hpp), as JSON.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/link_memory.hpp"

namespace ghost::appear_state {

std::string to_json(const core::LinkMemory& memory);  // one line, ended by a line feed
// Or what is wrong with it, for people. Total; keys it does not know are passed over.
[[nodiscard]] tl::expected<core::LinkMemory, std::string> from_json(std::string_view text);

}  // namespace ghost::appear_state
