// SPDX-License-Identifier: GPL-2.0-or-later
// pppd's exit status, its log and our requests → why the call ended, by name and with one line for people.
//
// Neither the exit code nor the log is enough. A wrong password was seen to end with 19, 16 and 8. A pppd that is
// told to stop still logs lines about its work. Codes: pppd(8), EXIT STATUS.
#pragma once
#include <string>

#include "core/call_news.hpp"
#include "ppp/evidence.hpp"

namespace ghost::ppp {

struct ExitStatus {
  enum class Kind { Exited, Signalled } kind = Kind::Exited;
  int value = 0;  // exit code or signal number
  bool operator==(const ExitStatus&) const = default;
};

// Our actions before pppd ended, and what our clock saw.
struct Asked {
  bool hangup = false;           // somebody wanted the call to end
  bool killed = false;           // it did not end on SIGTERM within HangupTimeout=
  std::string timed_out;         // a deadline of ours passed: which; empty if none did
  bool echo_unanswered = false;  // the peer answered none of the echoes since the call began
  bool operator==(const Asked&) const = default;
};

core::CallGone exit_reason(const ExitStatus& status, const Evidence& evidence, const Asked& asked);

}  // namespace ghost::ppp
