// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/clean_text.hpp"

#include <cstdint>

#include "base/utf8.hpp"

namespace ghost::bus {
namespace {

bool is_noncharacter(std::uint32_t code) { return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef); }

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

}  // namespace

std::string clean_text(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [length, code] = first_code_point(text);
    if (length == 0 || is_noncharacter(code)) out += "\xef\xbf\xbd";
    else if (is_control(code) && !(lines && code == '\n')) out += ' ';
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace ghost::bus
