// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets and the timer of core::PeerGate: a call's address counts once the far end takes packets (net/peer_probe.hpp).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "core/peer_gate.hpp"
#include "loop/sources.hpp"
#include "net/peer_probe.hpp"

namespace ghost::daemon {

class PeerGate {
 public:
  using Open = std::function<void(const IpAddress& local)>;
  using Targets = std::function<std::vector<IpAddress>()>;  // more become known while we wait
  PeerGate(loop::EventLoop& loop, std::string link, Open open);

  // Calls open(local) when the first of the targets has answered, or `patience` is over: from the loop, or at once when
  // there is no patience. Replaces what was waited for before.
  void wait(const std::string& interface, const IpAddress& local, core::Duration patience, Targets targets);
  void cancel(const IpAddress& local);

 private:
  struct Asked {
    net::PeerProbe probe;
    loop::IoSource io;
  };
  struct Waiting {
    std::string interface;
    core::PeerGate machine;
    Targets targets;
    std::vector<Asked> asked;
  };
  void round();
  void ask(const IpAddress& target);
  void finish();

  loop::EventLoop& loop_;
  std::string link_;
  Open open_;
  std::optional<Waiting> waiting_;
  loop::Timer timer_;
};

}  // namespace ghost::daemon
