// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/connect_script.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace ghost::ppp {
namespace {

constexpr std::size_t kLineMax = 1000;  // bytes; chat reads lines of 1023

struct Chat {
  std::string program;
  std::string arguments;
};

// The connect script that counts, if it is a chat, and stands in a file that the terminal's options come from.
std::optional<Chat> chat_of(const PppdOptions& options) {
  const auto* connect = options.effective("connect");
  if (connect == nullptr || connect->at.file.empty() || options.channel != Channel::terminal) return std::nullopt;
  const std::string_view command = connect->value;
  const auto program = command.substr(0, command.find_first_of(" \t\n"));
  if (program != "chat" && !program.ends_with("/chat")) return std::nullopt;
  return Chat{std::string(program), std::string(command.substr(program.size()))};
}

bool contains(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// The words as sh(1) makes them of text without expansions, lists or redirections. nullopt: it has more than that. A pattern such as
// ATD*99# stands for itself, because no file has such a name.
std::optional<std::vector<std::string>> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool last = i + 1 == text.size();
    if (c == '\0') return std::nullopt;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == '\'') {
      *word += c;
    } else if (c == '\\') {
      if (last || text[i + 1] == '\n') return std::nullopt;
      if (quote == '"' && !contains("$`\"\\", text[i + 1])) *word += c;
      else word = word.value_or("") + text[++i];
    } else if (c == '$' || c == '`') {
      return std::nullopt;
    } else if (quote == '"') {
      *word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      if (!word) word.emplace();
    } else if (c == ' ' || c == '\t') {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
    } else if (contains("\n;&|<>()", c) || (!word && contains("~#", c))) {
      return std::nullopt;
    } else {
      word = word.value_or("") + c;
    }
  }
  if (quote != 0) return std::nullopt;
  if (word) words.push_back(std::move(*word));
  return words;
}

// Where chat's own options end.
struct Options {
  std::size_t count = 0;  // words
  bool file = false;      // -f: its script is in a file
  bool tells = false;     // -s
  bool number = false;    // -T or -U: a telephone number
};
std::optional<Options> options_of(const std::vector<std::string>& words) {
  Options out;
  while (out.count < words.size() && words[out.count].starts_with('-')) {
    const auto& word = words[out.count];
    if (word.size() != 2 || !contains("vVsSeEftrTU", word[1])) return std::nullopt;
    const bool value = contains("ftrTU", word[1]);
    out.file = out.file || word == "-f";
    out.tells = out.tells || word == "-s";
    out.number = out.number || word == "-T" || word == "-U";
    out.count += value ? 2 : 1;
    if (out.count > words.size()) return std::nullopt;
  }
  return out;
}

bool plain(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || contains("/._+@:-", c);
  });
}

// A word of the script as chat's file has it. chat reads escapes only later, in a file as in an argument.
std::optional<std::string> line_of(const std::string& word) {
  if (word.size() > kLineMax || word.find('\n') != std::string::npos || word.ends_with('\\')) return std::nullopt;
  const char quote = contains(word, '"') ? '\'' : '"';
  if (contains(word, quote)) return std::nullopt;
  return quote + word + quote + "\n";
}

}  // namespace

TellingConnect telling_connect(const PppdOptions& options, std::string_view script_path) {
  const auto chat = chat_of(options);
  if (!chat) return {};
  const auto words = shell_words(chat->arguments);
  if (!words) return {};
  const auto its = options_of(*words);
  if (!its || its->number) return {};
  const auto rest = words->begin() + static_cast<std::ptrdiff_t>(its->count);
  TellingConnect out{chat->program + " -S -s -v", {}};
  // Nothing that sh would read otherwise than as itself.
  for (auto word = words->begin(); word != rest; ++word) {
    if (!plain(*word)) return {};
    out.command += " " + *word;
  }
  if (its->file) return rest == words->end() ? out : TellingConnect{};
  if (rest == words->end()) return {};
  for (auto word = rest; word != words->end(); ++word) {
    const auto line = line_of(*word);
    if (!line) return {};
    out.script += *line;
  }
  out.command += " -f " + std::string(script_path);
  return out;
}

bool chat_is_mute(const PppdOptions& options) {
  const auto chat = chat_of(options);
  if (!chat || !telling_connect(options, "x").command.empty()) return false;
  const auto words = shell_words(chat->arguments);
  const auto its = words ? options_of(*words) : std::nullopt;
  return !its || !its->tells;
}

bool connects_by_chat(const PppdOptions& options) { return chat_of(options).has_value(); }

}  // namespace ghost::ppp
