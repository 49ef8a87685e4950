// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_words.hpp"

#include <algorithm>

namespace ghost::ppp {
namespace {

bool is_space(char c) { return std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos; }

}  // namespace

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 99;
}

unsigned char OptionWords::take() {
  const char c = rest_.front();
  rest_.remove_prefix(1);
  if (c == '\n') ++line_;
  return static_cast<unsigned char>(c);
}

void OptionWords::skip_to_word() {
  while (!rest_.empty()) {
    if (rest_.front() == '#') {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    } else if (rest_.starts_with("\\\n")) {
      rest_.remove_prefix(1);
      take();
    } else if (is_space(rest_.front())) {
      take();
    } else {
      return;
    }
  }
}

// At most so many digits; a value above 255 loses its high bits, as in pppd.
unsigned char OptionWords::number(unsigned base, unsigned digits, unsigned value) {
  for (; digits > 0 && !rest_.empty() && digit(rest_.front()) < base; --digits)
    value = value * base + digit(static_cast<char>(take()));
  return static_cast<unsigned char>(value);
}

// Behind a backslash that is not before a newline.
unsigned char OptionWords::escaped() {
  const auto c = take();
  switch (c) {
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 's': return ' ';
    case 't': return '\t';
    case 'x': return number(16, 2, 0);
    default: return c >= '0' && c <= '7' ? number(8, 2, c - unsigned{'0'}) : c;
  }
}

std::optional<OptionWord> OptionWords::next() {
  skip_to_word();
  OptionWord word{.text = {}, .line = line_};
  char quote = 0;
  while (!rest_.empty()) {
    const char c = rest_.front();
    if (c == '\\') {
      take();
      if (rest_.empty()) break;
      if (rest_.front() == '\n') take();
      else word.text += static_cast<char>(escaped());
      continue;
    }
    if (quote == 0 && (is_space(c) || c == '#')) break;
    take();
    if (quote != 0 && c == quote) quote = 0;
    else if (quote == 0 && (c == '"' || c == '\'')) quote = c;
    else word.text += c;
  }
  // An empty word counts only if something follows it.
  if (rest_.empty() && word.text.empty()) return std::nullopt;
  word.unclosed = quote != 0;
  word.cut = word.text.size() > kOptionWordMax;
  if (word.cut) word.text.resize(kOptionWordMax);
  word.text.resize(std::min(word.text.find('\0'), word.text.size()));
  return word;
}

}  // namespace ghost::ppp
