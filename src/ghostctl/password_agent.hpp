// SPDX-License-Identifier: GPL-2.0-or-later
// polkit asks for a password only through a registered agent. A desktop has one. On a terminal, pkttyagent(1) is one, as long as
// this object lives.
#pragma once
#include <sys/types.h>

#include "client/client.hpp"
#include "ghostctl/verbs.hpp"

namespace ghost::client {

class PasswordAgent {
 public:
  // Lets the client's requests wait while polkit asks a person, except for root and with --no-ask-password. Without a terminal,
  // or without pkttyagent, only a desktop can ask.
  PasswordAgent(Client& client, const Options& options);
  ~PasswordAgent();
  PasswordAgent(const PasswordAgent&) = delete;
  PasswordAgent& operator=(const PasswordAgent&) = delete;
  [[nodiscard]] bool asks_people() const { return asks_people_; }

 private:
  bool asks_people_ = false;
  pid_t agent_ = -1;
};

}  // namespace ghost::client
