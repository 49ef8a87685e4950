// SPDX-License-Identifier: GPL-2.0-or-later
// What the service manager keeps for ghostd: the TUNs, and the sockets that ghost-tun made as root. They survive a crash and a
// restart. They come by the socket-activation protocol. ghostd finds them by name, because the order of LISTEN_FDS is not stable.
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

// Takes over all passed fds and sets them to non-blocking. Closes any other fd than a socket or a TUN
// of the named link. Removes it from the store too, because no other program would do so.
[[nodiscard]] Inherited inherited();

// A link's TUN that was made just now and is in the store. Unless keep() is called, the destructor removes it from the store,
// which deletes the TUN.
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

// Makes a link's TUN, where that is allowed, and puts it into the store / removes the TUN of a vanished link from it. Without a
// service manager there is no store.
[[nodiscard]] net::Result<UniqueFd> make_stored_tun(const std::string& link);
void remove_stored_tun(const std::string& link);

}  // namespace ghost::daemon
