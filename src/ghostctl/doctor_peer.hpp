// SPDX-License-Identifier: GPL-2.0-or-later
// What a peer file of pppd (pppd(8), OPTIONS FILES) says about the line. Pure.
#pragma once
#include <string>
#include <string_view>

namespace ghost::doctor {

struct PeerFacts {
  std::string unusable;  // an option with which ghostd does not start pppd
  std::string tty;       // an absolute path
  std::string plugin;
  std::string interface;  // of a PPPoE line
  std::string script;     // of chat(8)
  bool operator==(const PeerFacts&) const = default;
};

PeerFacts read_peer(std::string_view text);

}  // namespace ghost::doctor
