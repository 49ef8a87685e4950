// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/doctor_peer.hpp"

#include <algorithm>
#include <vector>

#include "ghostctl/init_secrets.hpp"
#include "ppp/options.hpp"

namespace ghost::doctor {
namespace {

std::vector<std::string> all_words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    for (auto& word : init::words_of(text.substr(0, end))) out.push_back(std::move(word));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

// The word behind "-f".
std::string script_of(std::string_view command) {
  const auto words = init::words_of(command);
  const auto option = std::find(words.begin(), words.end(), "-f");
  return option == words.end() || option + 1 == words.end() ? std::string() : *(option + 1);
}

}  // namespace

PeerFacts read_peer(std::string_view text) {
  PeerFacts out;
  out.unusable = ppp::unusable_option(text);
  const auto words = all_words(text);
  for (auto word = words.begin(); word != words.end(); ++word) {
    const bool has_value = word + 1 != words.end();
    if (word->starts_with("/dev/")) out.tty = *word;
    else if (word->starts_with("tty") && word->size() > 3) out.tty = "/dev/" + *word;
    else if (word->starts_with("nic-")) out.interface = word->substr(4);
    else if (*word == "plugin" && has_value) out.plugin = *++word;
    else if (*word == "connect" && has_value) out.script = script_of(*++word);
    else if ((*word == "user" || *word == "password" || *word == "remotename" || *word == "name") && has_value) ++word;
    // After its plugin, a PPPoE line may be named without "nic-".
    else if (out.plugin.find("pppoe") != std::string::npos && (word->starts_with("eth") || word->starts_with("en")))
      out.interface = *word;
  }
  return out;
}

}  // namespace ghost::doctor
