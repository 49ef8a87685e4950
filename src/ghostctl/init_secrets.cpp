// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/init_secrets.hpp"

#include <fmt/format.h>

namespace ghost::init {
namespace {

constexpr std::string_view kBlanks = " \t\r";

}  // namespace

std::string quoted_word(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  for (std::size_t at = 0;;) {
    at = line.find_first_not_of(kBlanks, at);
    if (at == std::string_view::npos || line[at] == '#') return out;
    std::string word;
    char quote = 0;
    for (; at < line.size(); ++at) {
      const char c = line[at];
      if (c == '\\' && at + 1 < line.size()) word += line[++at];
      else if (quote != 0 && c == quote) quote = 0;
      else if (quote == 0 && (c == '"' || c == '\'')) quote = c;
      else if (quote == 0 && kBlanks.find(c) != std::string_view::npos) break;
      else word += c;
    }
    out.push_back(std::move(word));
  }
}

tl::expected<std::string, std::string> with_secret(std::string_view text, std::string_view user, std::string_view secret,
                                                   Conflict conflict) {
  const auto line = fmt::format("{} * {}\n", quoted_word(user), quoted_word(secret));
  std::string out;
  bool there = false;
  for (auto rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const auto one = rest.substr(0, end);
    rest.remove_prefix(end);
    const auto words = words_of(one.substr(0, one.find('\n')));
    if (words.size() < 3 || words[0] != user || words[1] != "*") {
      out += one;
    } else if (words[2] == secret) {
      out += one;
      there = true;
    } else if (conflict == Conflict::refused) {
      return tl::unexpected(fmt::format("has another secret for '{}'; correct it there, or replace it with --force", user));
    } else if (!there) {
      out += line;
      there = true;
    }
  }
  if (there) return out;
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out + line;
}

}  // namespace ghost::init
