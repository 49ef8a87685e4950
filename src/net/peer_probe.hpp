// SPDX-License-Identifier: GPL-2.0-or-later
// Finds out whether the far end of a call takes packets yet. Our IPCP is open (RFC 1332) before the peer has processed our last
// message. An answering pppd drops every packet until its own interface is up, and first runs /etc/ppp/ip-pre-up. So ghostd
// repeats a harmless DNS question until an answer comes, from a name server of the provider or from the peer itself. "Port
// unreachable" is also an answer. UDP, because ping needs a privilege on a stock Debian.
#pragma once
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

class PeerProbe {
 public:
  // A socket bound to the interface and to its address, and connected to `target`, port 53. Nothing is sent yet.
  [[nodiscard]] static Result<PeerProbe> open(const std::string& ifname, const IpAddress& local, const IpAddress& target);

  [[nodiscard]] const IpAddress& target() const { return target_; }
  [[nodiscard]] int fd() const { return fd_.get(); }  // poll for readability
  // Sends the question once more. A refusal of the kernel is not an error, because the next one may succeed.
  void ask();
  // Whether the far end has been heard since. Never blocks.
  [[nodiscard]] bool answered();

 private:
  PeerProbe(UniqueFd fd, const IpAddress& target) : fd_(std::move(fd)), target_(target) {}
  UniqueFd fd_;
  IpAddress target_;
};

}  // namespace ghost::net
