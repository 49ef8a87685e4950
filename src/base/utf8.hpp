// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 (RFC 3629): shortest form, no surrogates, at most U+10FFFF.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ghost {

struct CodePoint {
  std::size_t length = 0;  // bytes; 0: what stands there is not UTF-8
  std::uint32_t code = 0;
};
// The first one of a text that is not empty.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace ghost
