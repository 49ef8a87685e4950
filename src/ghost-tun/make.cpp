// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/make.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ids.hpp"
#include "base/unique_fd.hpp"
#include "net/raw_socket.hpp"
#include "net/router_socket.hpp"
#include "net/tun.hpp"

namespace ghost::tun {
namespace {

constexpr std::uint64_t kBarrierTimeout = 10'000'000;  // µs

// Passes descriptors to the service manager, and keeps them open until it has its own copies.
class Store {
 public:
  // FDPOLL=0: systemd must not drop it for a POLLERR or POLLHUP.
  void put(const std::string& name, UniqueFd fd) {
    const auto state = fmt::format("FDSTORE=1\nFDNAME={}\nFDPOLL=0", name);
    const int raw = fd.get();
    const int sent = sd_pid_notify_with_fds(0, 0, state.c_str(), &raw, 1);
    if (sent < 0) problems_.push_back(fmt::format("{}: cannot pass it to the service manager: {}", name, std::strerror(-sent)));
    else if (sent == 0)
      problems_.push_back(fmt::format("{}: there is no service manager to pass it to ($NOTIFY_SOCKET is not set)", name));
    else sent_.push_back(std::move(fd));
  }
  void remove(const std::string& name) { sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + name).c_str()); }
  void fail(std::string problem) { problems_.push_back(std::move(problem)); }
  // After our exit, systemd could not identify the sender of the message, and would drop it.
  std::vector<std::string> finish() && {
    if (!sent_.empty())
      if (const int r = sd_notify_barrier(0, kBarrierTimeout); r < 0)
        problems_.push_back(fmt::format("the service manager did not accept the new file descriptors: {}", std::strerror(-r)));
    return std::move(problems_);
  }

 private:
  std::vector<UniqueFd> sent_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> make_demand_interfaces(const core::Config& config) {
  Store store;
  for (const auto& link : config.links) {
    auto tun = net::make_tun(ghost::demand_interface(link.name));
    if (tun) store.put("tun-" + link.name, std::move(*tun));
    else if (tun.error().errno_value != EBUSY) store.fail(tun.error().what);
  }
  return std::move(store).finish();
}

std::vector<std::string> make_sockets() {
  Store store;
  const auto put = [&store](const char* name, net::Result<UniqueFd> socket) {
    store.remove(name);
    if (socket) store.put(name, std::move(*socket));
    else if (socket.error().errno_value != EAFNOSUPPORT) store.fail(socket.error().what);
  };
  put("socket-raw4", net::open_raw_socket(Family::v4));
  put("socket-raw6", net::open_raw_socket(Family::v6));
  put("socket-icmp6", net::open_router_socket());
  return std::move(store).finish();
}

}  // namespace ghost::tun
