// SPDX-License-Identifier: GPL-2.0-or-later
// The heart of it: how traffic moves from the demand interface to the call and back without losing or reordering a
// packet. One object a link; every function is done when it returns.
//
// To the call (one family at a time):
//   1. what is written into the TUN now leads to ppp-<link> (the replay table);
//   2. the buffer and what the TUN holds are replayed, while everything else still goes into the TUN;
//   3. the call's route: everything else goes to ppp-<link> now, where a plug holds it back;
//   4. when no packet can be on its way into the TUN any more (rcu_barrier), the rest is replayed and the plug opened.
#pragma once
#include <functional>
#include <vector>

#include "core/link_event.hpp"
#include "daemon/host.hpp"

namespace ghost::daemon {

class CallPath {
 public:
  // For packets of the TUN that the call does not carry (yet): the machine's to keep.
  using Keep = std::function<void(core::PacketBytes)>;
  CallPath(Host& host, int tun_fd, Keep keep) : host_(host), tun_(tun_fd), keep_(std::move(keep)) {}

  [[nodiscard]] core::HandedOver hand_over(const Placed& link, CallSerial serial, Family family,
                                           std::vector<core::PacketBytes> packets);
  // A packet that missed the handover.
  void reinject(core::PacketBytes packet);
  [[nodiscard]] net::Result<void> refuse(const Placed& link, Family family, bool refuse);
  // The demand interface has the traffic again when this returns, and nothing more goes into the call's queue.
  [[nodiscard]] net::Result<void> route_back(const Placed& link);
  [[nodiscard]] bool drained(const Placed& link);
  // True: the queue is an ordinary one.
  [[nodiscard]] bool settle(const Placed& link, bool force);

 private:
  [[nodiscard]] net::Result<void> open_way(const Placed& link, Family family);
  [[nodiscard]] bool write(core::PacketBytes& packet);
  void drain(core::HandedOver& outcome);

  Host& host_;
  int tun_;  // lent by the link
  Keep keep_;
  std::vector<Family> carried_;  // by the present call
};

}  // namespace ghost::daemon
