// SPDX-License-Identifier: GPL-2.0-or-later
// The few things a supervisor can say about a call. pppd's log lines, exit codes and signals end in ghost-supervisor;
// what comes out is one Started, at most one AddressKnown a family, and exactly one Gone.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/reason.hpp"

namespace ghost::core {

struct CallStarted {
  int pid = 0;  // of pppd
  bool operator==(const CallStarted&) const = default;
};

// What was agreed on: from pppd's log, so it is for people and properties. The handover waits for the kernel's own word.
struct CallAddress {
  IpAddress local;
  IpAddress remote;
  std::vector<IpAddress> dns;
  bool operator==(const CallAddress&) const = default;
};

struct CallGone {
  CallEnd reason = CallEnd::Failed;
  std::string detail;  // one line for people: the log line or exit code that told; never a secret
  bool operator==(const CallGone&) const = default;
};

struct CallNews {
  std::string link;
  CallSerial serial = CallSerial::none;
  std::variant<CallStarted, CallAddress, CallGone> what;
  bool operator==(const CallNews&) const = default;
};

}  // namespace ghost::core
