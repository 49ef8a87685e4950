// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/encoding.hpp"

#include <fmt/format.h>

namespace ghost::announce {
namespace {

std::string json_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (static_cast<unsigned char>(c) < ' ') out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else out += c;
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return out;
}

}  // namespace

std::string percent_encoded(std::string_view text, std::string_view plain) {
  std::string out;
  for (const char c : text) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~").find(c) != std::string_view::npos || plain.find(c) != std::string_view::npos;
    if (keep) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string encode(std::string_view text, Encoding encoding) {
  switch (encoding) {
    case Encoding::none: return std::string(text);
    case Encoding::path: return percent_encoded(text, ":@!$'()*,;=");
    case Encoding::query: return percent_encoded(text, ":@/,");
    case Encoding::form: return percent_encoded(text);
    case Encoding::json: return json_encoded(text);
    case Encoding::header: return one_line(text);
  }
  return {};
}

std::string encode_secret(std::string_view text, Encoding encoding) {
  return encoding == Encoding::path ? percent_encoded(text, "/:@!$'()*,;=") : encode(text, encoding);
}

}  // namespace ghost::announce
