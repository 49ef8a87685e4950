// SPDX-License-Identifier: GPL-2.0-or-later
// What the service manager keeps for us: the TUNs, and the sockets that ghost-tun made as root. They come by the
// socket-activation protocol, are found by name (the order of LISTEN_FDS is not stable), and outlive a crash and a restart.
// sd_listen_fds_with_names(3), sd_pid_notify_with_fds(3).
#pragma once
#include <map>
#include <string>
#include <utility>

#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::daemon {

struct Inherited {
  std::map<std::string, UniqueFd> tuns;     // by link
  std::map<std::string, UniqueFd> sockets;  // "raw4", "raw6": net/raw_socket.hpp; "icmp6": net/router_socket.hpp
};

// Takes over all that were passed, set to non-blocking. What is neither a TUN of a link of that name nor a socket is closed,
// and taken out of the store: nobody else would.
[[nodiscard]] Inherited inherited();

// A link's TUN that was made now and is in the store. Unless it is kept, it is taken out again, and so ceases to be.
class StoredTun {
 public:
  [[nodiscard]] static net::Result<StoredTun> make(const std::string& link);
  StoredTun(StoredTun&&) = default;
  StoredTun& operator=(StoredTun&&) = delete;
  ~StoredTun();
  [[nodiscard]] UniqueFd keep() { return std::move(tun_); }

 private:
  StoredTun(std::string link, UniqueFd tun) : link_(std::move(link)), tun_(std::move(tun)) {}
  std::string link_;
  UniqueFd tun_;
};

// Makes a link's TUN, where that is allowed, and puts it into the store / takes one of a vanished link out. Without a manager there is
// no store.
[[nodiscard]] net::Result<UniqueFd> make_stored_tun(const std::string& link);
void remove_stored_tun(const std::string& link);

}  // namespace ghost::daemon
