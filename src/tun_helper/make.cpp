// SPDX-License-Identifier: GPL-2.0-or-later
#include "tun_helper/make.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ids.hpp"
#include "base/unique_fd.hpp"
#include "net/tun.hpp"

namespace ghost::tun_helper {
namespace {

constexpr std::uint64_t kBarrierTimeout = 10'000'000;  // µs

}  // namespace

std::vector<std::string> make_demand_interfaces(const core::Config& config) {
  std::vector<std::string> problems;
  std::vector<UniqueFd> handed_over;  // kept open until systemd has copies of its own
  for (const auto& link : config.links) {
    const auto interface = ghost::demand_interface(link.name);
    auto tun = net::make_tun(interface);
    if (!tun) {
      if (tun.error().errno_value != EBUSY) problems.push_back(tun.error().what);
      continue;
    }
    // FDPOLL=0: systemd must not drop it for a POLLERR or POLLHUP.
    const auto state = fmt::format("FDSTORE=1\nFDNAME=tun-{}\nFDPOLL=0", link.name);
    const int fd = tun->get();
    const int sent = sd_pid_notify_with_fds(0, 0, state.c_str(), &fd, 1);
    if (sent < 0)
      problems.push_back(fmt::format("{}: cannot be handed to the service manager: {}", interface, std::strerror(-sent)));
    else if (sent == 0)
      problems.push_back(fmt::format("{}: no service manager to hand it to ($NOTIFY_SOCKET is not set)", interface));
    else
      handed_over.push_back(std::move(*tun));
  }
  // Once we have ended, systemd could not tell any more whose message it was, and would drop it.
  if (!handed_over.empty())
    if (const int r = sd_notify_barrier(0, kBarrierTimeout); r < 0)
      problems.push_back(fmt::format("the service manager did not take the interfaces: {}", std::strerror(-r)));
  return problems;
}

}  // namespace ghost::tun_helper
