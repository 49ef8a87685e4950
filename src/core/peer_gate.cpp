// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/peer_gate.hpp"

#include <algorithm>
#include <iterator>

namespace ghost::core {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(20);  // doubles with each round

}  // namespace

PeerGate::PeerGate(const IpAddress& local, Duration patience, Time now)
    : local_(local), asks_(patience != Duration::zero()), give_up_(after(now, patience)), next_(now), pause_(kFirstPause) {}

PeerGateStep PeerGate::round(const std::vector<IpAddress>& known, Time now) {
  if (!asks_) return GateOpens{false};
  if (now >= give_up_) return GateOpens{true};
  AskPeers ask;
  std::copy_if(known.begin(), known.end(), std::back_inserter(ask.targets),
               [this](const IpAddress& a) { return a.family() == local_.family(); });
  next_ = std::min(after(now, pause_), give_up_);
  pause_ *= 2;
  return ask;
}

}  // namespace ghost::core
