// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tl/expected.hpp>
#include <utility>

#include "base/utf8.hpp"
#include "config/values.hpp"

namespace ghost::config {
namespace {

// Of a trimmed "value  # comment": the value, without the quotes around it. Quotes hold blanks and "#".
tl::expected<std::string_view, std::string> value_of(std::string_view text) {
  bool quoted = false;
  auto end = text.size();
  for (std::size_t i = 0; i < text.size() && end == text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == '#' && !quoted) {
      if (i > 0 && text[i - 1] != ' ' && text[i - 1] != '\t')
        return tl::unexpected(
            std::string("'#' is not allowed inside a value; write double quotes around the value. A comment "
                        "needs a blank before it"));
      end = i;
    }
  }
  const auto value = trim(text.substr(0, end));
  const bool around = value.starts_with('"');
  if (quoted || (around && value.find('"', 1) != value.size() - 1))
    return tl::unexpected(std::string(
        "unpaired double quotes; write a pair around the whole value, or inside a value that does not begin with one"));
  return around ? value.substr(1, value.size() - 2) : value;
}

class Scanner {
 public:
  explicit Scanner(const std::string& file) : file_(file) {}

  void line(std::string_view text) {
    ++number_;
    accept(text);
  }
  Scanned take() && { return std::move(out_); }

 private:
  void accept(std::string_view raw) {
    if (raw.size() > kLineMax) return wrong(fmt::format("line longer than {} bytes", kLineMax));
    for (const char c : raw)
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
        return wrong(fmt::format("control character 0x{:02x}", static_cast<unsigned char>(c)));
    if (!valid_utf8(raw)) return wrong("the line is not UTF-8");
    const auto text = trim(raw);
    if (text.empty() || text.front() == '#' || text.front() == ';') return;
    if (text.front() == '[') header(text);
    else assignment(text);
  }

  void header(std::string_view text) {
    section_.clear();
    const auto close = text.find(']');
    const auto name = trim(text.substr(1, close == std::string_view::npos ? close : close - 1));
    if (close == std::string_view::npos) return broken_header("section header without ']'");
    const auto rest = trim(text.substr(close + 1));
    if (!rest.empty() && rest.front() != '#') return broken_header("text after the section header");
    if (name.empty()) return broken_header("section without a name");
    if (name.find_first_of("[#\"=") != std::string_view::npos) return broken_header("malformed section header");
    skip_ = false;
    section_ = name;
    out_.sections.push_back({section_, number_});
  }

  void assignment(std::string_view text) {
    if (skip_) return;  // under a header that was reported
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return wrong("not a [Section], a Key=value or a comment");
    const auto key = trim(text.substr(0, equals));
    const auto key_char = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (key.empty() || !std::all_of(key.begin(), key.end(), key_char)) return wrong("malformed key before '='");
    if (section_.empty())
      return wrong(fmt::format("{}= is before the first section; write [Link] or another section above it", key));

    const auto value = value_of(trim(text.substr(equals + 1)));
    if (!value) return wrong(value.error());

    const auto [first, is_new] = seen_.try_emplace({section_, std::string(key)}, number_);
    if (!is_new) return wrong(fmt::format("duplicate key {}= in [{}], first given in line {}", key, section_, first->second));
    out_.assignments.push_back({section_, std::string(key), std::string(*value), number_});
  }

  void wrong(std::string message) { out_.problems.push_back({file_, number_, std::move(message)}); }
  void broken_header(std::string message) {
    skip_ = true;
    wrong(std::move(message));
  }

  const std::string& file_;
  unsigned number_ = 0;
  std::string section_;
  bool skip_ = false;
  std::map<std::pair<std::string, std::string>, unsigned> seen_;
  Scanned out_;
};

}  // namespace

Scanned scan(const std::string& file, std::string_view text) {
  Scanner scanner(file);
  while (!text.empty()) {
    const auto end = text.find('\n');
    scanner.line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(scanner).take();
}

}  // namespace ghost::config
