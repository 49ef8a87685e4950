// SPDX-License-Identifier: GPL-2.0-or-later
// The words of a file of options, as pppd(8) reads them. Pure.
//
// White space separates words, and '#' begins a comment wherever a word may end: `user bob#x` is `user` and `bob`. Quotes of both
// kinds keep white space and '#' in a word, and may begin in the middle of it. A backslash works inside quotes as well. Before a
// newline it removes both. \a \b \f \n \r \s \t \OOO \xHH are one byte each. Before any other character it stands for that character.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ghost::ppp {

inline constexpr std::size_t kOptionWordMax = 1023;  // pppd drops what is longer, with a warning

// The value of a digit of a base up to 16, or one that no base has.
unsigned digit(char c);

struct OptionWord {
  std::string text;       // without the NUL that ends it for pppd, or what follows that
  unsigned line = 1;      // where it begins
  bool cut = false;       // it was longer than kOptionWordMax
  bool unclosed = false;  // a quote in it runs to the end of the file
  bool operator==(const OptionWord&) const = default;
};

class OptionWords {
 public:
  explicit OptionWords(std::string_view text) : rest_(text) {}
  std::optional<OptionWord> next();
  [[nodiscard]] unsigned line() const { return line_; }  // of the character that is read next

 private:
  void skip_to_word();
  unsigned char take();
  unsigned char escaped();
  unsigned char number(unsigned base, unsigned digits, unsigned value);

  std::string_view rest_;
  unsigned line_ = 1;
};

}  // namespace ghost::ppp
