// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/doctor_peer.hpp"

#include <algorithm>

#include "ghostctl/init_secrets.hpp"
#include "ppp/option_judgement.hpp"

namespace ghost::doctor {
namespace {

// The word behind "-f".
std::string script_of(std::string_view command) {
  const auto words = init::words_of(command);
  const auto option = std::find(words.begin(), words.end(), "-f");
  return option == words.end() || option + 1 == words.end() ? std::string() : *(option + 1);
}

}  // namespace

PeerFacts read_peer(const ppp::PppdOptions& options) {
  PeerFacts out;
  if (const auto refused = ppp::refusal(options)) out.unusable = refused->str();
  const bool is_terminal = options.channel == ppp::Channel::terminal;
  if (const auto* device = options.effective("device name")) {
    if (is_terminal) out.tty = device->value.starts_with('/') ? device->value : "/dev/" + device->value;
    else out.interface = device->value.starts_with("nic-") ? device->value.substr(4) : device->value;
  }
  if (const auto* plugin = options.effective("plugin")) out.plugin = plugin->value;
  if (const auto* connect = options.effective("connect"); connect != nullptr && is_terminal)
    out.script = script_of(connect->value);
  return out;
}

}  // namespace ghost::doctor
