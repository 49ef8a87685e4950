// SPDX-License-Identifier: GPL-2.0-or-later
// How traffic moves from the demand interface to the call and back without losing or reordering a packet. One object per link.
// Each function is done when it returns.
//
// To the call (one family at a time):
//   1. CallPath adds the call's route. New packets go to ppp-<link>, where a plug holds them back (net/ppp_queue.hpp, band 2).
//   2. It sends the buffer, then the TUN's content, into band 1, ahead of those.
//   3. When no packet can be on its way into the TUN any more (rcu_barrier), it sends the rest and opens the plug.
#pragma once
#include <functional>
#include <set>
#include <vector>

#include "core/link_event.hpp"
#include "core/packet.hpp"
#include "ghostd/host.hpp"
#include "ghostd/ports.hpp"
#include "ghostd/replay.hpp"

namespace ghost::daemon {

class CallPath final : public Path {
 public:
  // Takes packets of the TUN that the call does not carry (yet). The machine keeps them.
  using Keep = std::function<void(std::vector<core::PacketBytes>)>;
  CallPath(Host& host, int tun_fd, Where where, Keep keep)
      : host_(host), where_(std::move(where)), replay_(host.sender()), tun_(tun_fd), keep_(std::move(keep)) {}

  // Uses another TUN, in place of a deleted one.
  void drains(int tun_fd) { tun_ = tun_fd; }
  [[nodiscard]] core::HandedOver hand_over(CallSerial serial, Family family, std::vector<core::PacketBytes> packets) override;
  [[nodiscard]] core::SentOn send_on(const std::vector<core::PacketBytes>& packets) override;
  [[nodiscard]] net::Result<void> refuse(Family family, bool refuse) override;
  [[nodiscard]] net::Result<void> route_back(std::optional<Family> family) override;

 private:
  [[nodiscard]] Replay::Way way(const Placed& link) const;
  void drain(const Placed& link, const std::vector<Family>& carried, std::set<core::SynKey>& sent_syns, core::SentOn& outcome);

  Host& host_;
  Where where_;
  Replay replay_;
  int tun_;  // lent by the link
  Keep keep_;
};

}  // namespace ghost::daemon
