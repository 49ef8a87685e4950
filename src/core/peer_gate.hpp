// SPDX-License-Identifier: GPL-2.0-or-later
// A call's address counts once the far end has answered a question, because it takes packets then. Some far ends answer nobody: then
// it counts all the same, after a while. Until then nothing is handed over, and what there is to send waits. Pure. Each round is told
// anew who can be asked, because a provider's name servers become known meanwhile.
//
//   a round is due      whoever is known is asked, those before once more; the next round is after 20 ms, 40 ms, 80 ms, …
//   somebody answers    it is over: the address counts
//   the patience ends   the address counts all the same
#pragma once
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Each of these is to be asked now, again or for the first time. Then wait for deadline(), or for an answer of one of them.
struct AskPeers {
  std::vector<IpAddress> targets;
  bool operator==(const AskPeers&) const = default;
};
// The address counts, though nobody has answered.
struct GateOpens {
  bool in_vain;  // they were asked, and are silent
  bool operator==(const GateOpens&) const = default;
};
using PeerGateStep = std::variant<AskPeers, GateOpens>;

class PeerGate {
 public:
  // patience: zero: nobody is asked.
  PeerGate(const IpAddress& local, Duration patience, Time now);

  [[nodiscard]] const IpAddress& local() const { return local_; }
  // At the beginning, and whenever deadline() has come. known: whom one could ask; those of another family than `local` are left out.
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
