// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/clean_text.hpp"

#include <cstdint>

namespace ghost::bus {
namespace {

struct Decoded {
  std::size_t length = 0;  // 0: not UTF-8
  std::uint32_t code = 0;
};

// RFC 3629: shortest form, no surrogates, at most U+10FFFF.
Decoded decode(std::string_view s) {
  const auto lead = static_cast<unsigned char>(s[0]);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || s.size() < length) return {};
  std::uint32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto c = static_cast<unsigned char>(s[i]);
    if ((c & 0xc0) != 0x80) return {};
    code = code << 6 | (c & 0x3f);
  }
  if (code < (length == 4 ? 0x10000u : length == 3 ? 0x800u : 0x80u) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return {};
  return {length, code};
}

bool is_noncharacter(std::uint32_t code) { return (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef); }

bool is_control(std::uint32_t code) { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

}  // namespace

std::string clean_text(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [length, code] = decode(text);
    if (length == 0 || is_noncharacter(code)) out += "\xef\xbf\xbd";
    else if (is_control(code) && !(lines && code == '\n')) out += ' ';
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace ghost::bus
