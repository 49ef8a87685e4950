// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/text.hpp"

#include <algorithm>

namespace ghost::ppp {
namespace {
bool printable_byte(char c) { return c >= 0x20 && c <= 0x7e; }
}  // namespace

bool is_printable(std::string_view text) { return std::all_of(text.begin(), text.end(), printable_byte); }

std::string printable(std::string_view text, std::size_t max) {
  std::string out;
  out.reserve(std::min(text.size(), max));
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const char shown = printable_byte(c) ? c : (byte >= 0x80 ? '?' : ' ');
    if (shown == ' ' && out.empty()) continue;
    if (out.size() == max) break;
    out += shown;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string without_secrets(std::string_view line) {
  std::string text = printable(line, kLineMax);
  const auto starts_with_at = [](std::string_view t) {
    return t.size() > 2 && (t[0] == 'A' || t[0] == 'a') && (t[1] == 'T' || t[1] == 't');
  };
  if (text.starts_with("send (")) return "send (hidden)";
  if (starts_with_at(text) && !text.starts_with("at ")) return "AT (hidden)";
  return text;
}

void LineBuffer::feed(std::string_view bytes, const std::function<void(std::string_view)>& on_line) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    begun_.append(piece.substr(0, kLineMax - std::min(kLineMax, begun_.size())));
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    const std::string line = std::move(begun_);
    begun_.clear();
    on_line(line);
  }
}

void LineBuffer::finish(const std::function<void(std::string_view)>& on_line) {
  if (begun_.empty()) return;
  const std::string line = std::move(begun_);
  begun_.clear();
  on_line(line);
}

}  // namespace ghost::ppp
