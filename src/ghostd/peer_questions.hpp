// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets by which ghostd asks the far end of a call whether it takes packets (net/peer_probe.hpp). core::PeerGate decides
// when to ask, and how long.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "ghostd/ports.hpp"
#include "loop/sources.hpp"
#include "net/peer_probe.hpp"

namespace ghost::daemon {

class PeerQuestions final : public FarEnd {
 public:
  using Interface = std::function<std::string()>;  // returns the name of the call's interface
  using Answered = std::function<void(const IpAddress& local)>;
  PeerQuestions(loop::EventLoop& loop, Interface interface, Answered answered);

  void ask(const IpAddress& local, const std::vector<IpAddress>& targets) override;
  void stop() override { asked_.clear(); }

 private:
  struct Asked {
    net::PeerProbe probe;
    loop::IoSource io;
  };
  void ask(const IpAddress& target);

  loop::EventLoop& loop_;
  Interface interface_;
  Answered answered_;
  IpAddress local_;
  std::vector<Asked> asked_;
};

}  // namespace ghost::daemon
