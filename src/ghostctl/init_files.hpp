// SPDX-License-Identifier: GPL-2.0-or-later
// Answers → the files that `ghostctl init` writes. Pure.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "ghostctl/init_answers.hpp"

namespace ghost::init {

struct NewFile {
  std::string path;
  std::string text;
  mode_t mode = 0644;
  bool replaces = false;  // an existing file may be replaced
  std::string shown{};    // what people see of it; never a secret
  bool operator==(const NewFile&) const = default;
};

// What this machine's pppd is like.
struct Pppd {
  std::string chat = "/usr/sbin/chat";
  std::string pppoe_plugin = "pppoe.so";  // ppp 2.4.9 has it under the name rp-pppoe.so too
};

// Every required question is answered. The link's own file is the last: it makes the others count.
// `address`: a stable address of its own, so that the addresses of the links that are there stay as they are.
std::vector<NewFile> plan_files(const Answers& answers, const Pppd& pppd, const std::optional<IpAddress>& address, bool force);

}  // namespace ghost::init
