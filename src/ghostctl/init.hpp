// SPDX-License-Identifier: GPL-2.0-or-later
// The options of `ghostctl init`. The link's name is Options::link.
#pragma once
#include <string>

namespace ghost::client {

struct InitOptions {
  std::string peer, modem, number, apn, speed, pppoe, user;
  std::string secret_file;  // "-": standard input
  std::string idle;
  bool yes = false;    // do not ask before writing
  bool force = false;  // replace what exists
  bool start = false;  // start ghostd, or have it reload, at the end
};

}  // namespace ghost::client
