// SPDX-License-Identifier: GPL-2.0-or-later
// A call's address counts once the far end has answered a question, because it takes packets then. Some far ends never answer, so
// after a while the address counts all the same. Until it counts, nothing is handed over, and packets wait. Pure. The caller
// names the possible targets anew in each round, because the provider's name servers may become known meanwhile.
//
//   a round is due      all known targets are asked, again or for the first time; the next round is after 20 ms, 40 ms, 80 ms, …
//   a target answers    the gate is done: the address counts
//   the patience ends   the address counts all the same
#pragma once
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Ask each of these targets now, again or for the first time. Then wait for deadline(), or for an answer of one of them.
struct AskPeers {
  std::vector<IpAddress> targets;
  bool operator==(const AskPeers&) const = default;
};
// The address counts, although no target has answered.
struct GateOpens {
  bool in_vain;  // targets were asked, and none has answered
  bool operator==(const GateOpens&) const = default;
};
using PeerGateStep = std::variant<AskPeers, GateOpens>;

class PeerGate {
 public:
  // patience: how long to wait for an answer. Zero: no target is asked.
  PeerGate(const IpAddress& local, Duration patience, Time now);

  [[nodiscard]] const IpAddress& local() const { return local_; }
  // The caller calls it at the beginning and at each deadline(). known: the possible targets. Those of another family than
  // `local` are left out.
  [[nodiscard]] PeerGateStep round(const std::vector<IpAddress>& known, Time now);
  [[nodiscard]] Time deadline() const { return next_; }

  bool operator==(const PeerGate&) const = default;

 private:
  IpAddress local_;
  bool asks_;
  Time give_up_;
  Time next_;
  Duration pause_;
};

}  // namespace ghost::core
