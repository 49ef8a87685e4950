// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/fd_store.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <string_view>

#include "base/ids.hpp"
#include "net/tun.hpp"

namespace ghost::daemon {
namespace {

constexpr std::string_view kTun = "tun-";
constexpr std::string_view kSocket = "socket-";

// An earlier holder may have made the fd blocking, and a read that blocks would hang the loop.
bool set_nonblocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool is_socket(int fd) { return sd_is_socket(fd, AF_UNSPEC, SOCK_RAW, -1) > 0; }

// True: the fd is one of ghostd's.
bool keep(Inherited& inherited, std::string_view name, UniqueFd& fd) {
  if (!set_nonblocking(fd.get())) return false;
  if (name.starts_with(kTun)) {
    const std::string link(name.substr(kTun.size()));
    if (net::interface_of(fd.get()) != demand_interface(link)) return false;
    inherited.tuns[link] = std::move(fd);
    return true;
  }
  if (!name.starts_with(kSocket) || !is_socket(fd.get())) return false;
  inherited.sockets[std::string(name.substr(kSocket.size()))] = std::move(fd);
  return true;
}

}  // namespace

Inherited inherited() {
  Inherited out;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    UniqueFd fd(SD_LISTEN_FDS_START + i);
    if (!keep(out, names[i], fd)) sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + std::string(names[i])).c_str());
    std::free(names[i]);
  }
  std::free(names);
  return out;
}

net::Result<UniqueFd> make_stored_tun(const std::string& link) {
  auto made = net::make_tun(demand_interface(link));
  if (!made) return made;
  const auto state = "FDSTORE=1\nFDNAME=tun-" + link + "\nFDPOLL=0";
  const int fd = made->get();
  sd_pid_notify_with_fds(0, 0, state.c_str(), &fd, 1);
  return made;
}

net::Result<StoredTun> StoredTun::make(const std::string& link) {
  auto made = make_stored_tun(link);
  if (!made) return tl::unexpected(made.error());
  return StoredTun(link, std::move(*made));
}

StoredTun::~StoredTun() {
  if (tun_) remove_stored_tun(link_);
}

void remove_stored_tun(const std::string& link) { sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=tun-" + link).c_str()); }

}  // namespace ghost::daemon
