// SPDX-License-Identifier: GPL-2.0-or-later
// Sends packets that waited into a call, as a router does. A packet that does not fit the call's MTU is fragmented, or its sender
// is told. Each packet is counted.
#pragma once
#include <vector>

#include "core/link_event.hpp"
#include "core/time.hpp"
#include "net/interface.hpp"
#include "net/raw_sender.hpp"

namespace ghost::daemon {

class Replay {
 public:
  explicit Replay(net::RawSender& sender) : sender_(sender) {}

  struct Way {
    unsigned interface = 0;  // the interface's index
    net::Mtu mtu = net::kUsualMtu;
    const std::vector<IpAddress>* routers = nullptr;  // lent: the source addresses of "too big" answers, one per family
  };
  // Adds the result of each packet to `outcome`.
  void send(const std::vector<core::PacketBytes>& packets, const Way& way, core::SentOn& outcome);

 private:
  void answer_too_big(const std::vector<const core::PacketBytes*>& packets, const Way& way);

  net::RawSender& sender_;
  // RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f): answers are limited in rate. A token bucket.
  double tokens_ = 0;
  core::Time filled_{};
};

}  // namespace ghost::daemon
