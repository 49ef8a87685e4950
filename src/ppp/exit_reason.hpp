// SPDX-License-Identifier: GPL-2.0-or-later
// How pppd ended, what its log told and what we had asked → why the call is gone, by name and with one line for people.
//
// Neither the exit code nor the log is enough: a wrong password has been seen to end in 19, 16 and 8, and a pppd that is
// told to stop logs whatever it was about to say. Codes: pppd(8), EXIT STATUS.
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

// What we did to it before it ended.
struct Asked {
  bool hangup = false;    // somebody wanted the call to end
  bool killed = false;    // it did not end on SIGTERM within HangupTimeout=
  std::string timed_out;  // a deadline of ours passed: which; empty if none did
  bool operator==(const Asked&) const = default;
};

core::CallGone exit_reason(const ExitStatus& status, const Evidence& evidence, const Asked& asked);

}  // namespace ghost::ppp
