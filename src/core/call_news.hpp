// SPDX-License-Identifier: GPL-2.0-or-later
// The few things that ghost-supervisor can say about a call. It digests pppd's log lines, exit codes and signals. Per call it
// sends one CallStarted, one CallAddress per family that it has agreed on, and exactly one CallGone. A CallAddress may be
// sent again, with what pppd has said later.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/reason.hpp"

namespace ghost::core {

struct CallStarted {
  int pid = 0;         // of pppd
  std::string peer{};  // that the request named; empty: it named none, because the link has only one, or Device=
  bool operator==(const CallStarted&) const = default;
};

// What both ends agreed on, from pppd's log. It is for people and properties only: the handover waits for rtnetlink.
struct CallAddress {
  IpAddress local;
  IpAddress remote;
  std::vector<IpAddress> dns;
  bool operator==(const CallAddress&) const = default;
};

struct CallGone {
  CallEnd reason = CallEnd::Failed;
  std::string detail;  // one line for people: the log line or exit code behind `reason`; never a secret
  CallStage stage = CallStage::unknown;
  bool operator==(const CallGone&) const = default;
};

struct CallNews {
  std::string link;
  CallSerial serial = CallSerial::none;
  std::variant<CallStarted, CallAddress, CallGone> what;
  bool operator==(const CallNews&) const = default;
};

}  // namespace ghost::core
