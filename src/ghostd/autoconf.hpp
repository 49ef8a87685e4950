// SPDX-License-Identifier: GPL-2.0-or-later
// The calls' IPv6 addresses, which their far ends advertise. The kernel's own autoconfiguration is off on ppp-<link>, because it
// also makes routes from advertisements. core::Autoconfiguration decides what to do instead, and this class does it
// (docs/adr/0015).
#pragma once
#include <functional>
#include <map>
#include <string>

#include "core/autoconfiguration.hpp"
#include "ghostd/host.hpp"
#include "loop/sources.hpp"
#include "net/router_socket.hpp"

namespace ghost::daemon {

class Autoconf {
 public:
  // Whether a link's call may have the address. If not, the address is not set.
  using MayHave = std::function<bool(const std::string& link, const IpAddress& address)>;
  // socket: the one that ghost-tun made. If there is none, Autoconf makes one itself, where that is allowed.
  Autoconf(loop::EventLoop& loop, Host& host, UniqueFd socket, MayHave may_have);

  // ppp-<link> exists with this index, and can talk to its far end from this address. Its earlier state is forgotten.
  void begin(const std::string& link, unsigned interface_index, const IpAddress& link_local);
  void end(const std::string& link);

 private:
  struct Call {
    unsigned interface_index;
    core::Autoconfiguration machine;
  };
  void readable();
  void due();
  void run(const std::string& link, unsigned interface_index, const std::vector<core::AutoconfigurationStep>& steps);
  void arm();

  loop::EventLoop& loop_;
  Host& host_;
  MayHave may_have_;
  std::map<std::string, Call> calls_;
  std::optional<net::RouterSocket> socket_;
  loop::IoSource io_;
  loop::Timer timer_;
};

}  // namespace ghost::daemon
