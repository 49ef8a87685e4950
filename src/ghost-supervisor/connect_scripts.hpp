// SPDX-License-Identifier: GPL-2.0-or-later
// Copies of the chat scripts that stand within a peer file's connect command. Only root can read them, and each lives as long as
// its call.
#pragma once
#include <string>

#include "ghost-supervisor/ports.hpp"
#include "ppp/option_files.hpp"

namespace ghost::supervisor {

class ConnectScripts {
 public:
  ConnectScripts(std::string directory, Journal& journal) : directory_(std::move(directory)), journal_(journal) {}

  // The connect command that replaces that of pppd's files; empty: theirs stays (ppp/connect_script.hpp).
  std::string connect_of(const std::string& link, CallSerial serial, const ppp::PppdOptions& options);
  void forget(const std::string& link);

 private:
  [[nodiscard]] std::string path_of(const std::string& link) const { return directory_ + "/" + link + ".chat"; }
  // What has failed; empty: nothing.
  [[nodiscard]] std::string store(const std::string& path, const std::string& text) const;

  std::string directory_;
  Journal& journal_;
};

}  // namespace ghost::supervisor
