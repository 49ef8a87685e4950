// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of a link's pppd say about its line. Pure.
#pragma once
#include <string>

#include "ppp/option_files.hpp"

namespace ghost::doctor {

struct PeerFacts {
  std::string unusable;  // why ghostd does not start pppd, with file and line
  std::string tty;       // an absolute path
  std::string plugin;
  std::string interface;  // of a PPPoE line
  std::string script;     // of chat(8)
  bool operator==(const PeerFacts&) const = default;
};

PeerFacts read_peer(const ppp::PppdOptions& options);

}  // namespace ghost::doctor
