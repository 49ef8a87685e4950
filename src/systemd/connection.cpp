// SPDX-License-Identifier: GPL-2.0-or-later
#include "systemd/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace ghost::systemd {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTryAgainMs = 20;
constexpr const char* kSystemBus = "unix:path=/run/dbus/system_bus_socket";

const char* given_bus() {
  const char* address = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
  return address != nullptr && *address != '\0' ? address : nullptr;
}

// 0 or -errno.
int set_up(sd_bus* bus, const std::string& address, bool is_bus, Patience patience) {
  int r = sd_bus_set_address(bus, address.c_str());
  if (r >= 0) r = sd_bus_set_bus_client(bus, is_bus ? 1 : 0);
  if (r >= 0) r = sd_bus_negotiate_fds(bus, 0);
  if (r >= 0) r = sd_bus_set_method_call_timeout(bus, static_cast<std::uint64_t>(patience.count()));
  return r >= 0 ? sd_bus_start(bus) : r;
}

// Until the other side has accepted us, which on a bus includes its answer to Hello.
int await_ready(sd_bus* bus, Clock::time_point deadline) {
  for (;;) {
    if (const int r = sd_bus_is_ready(bus); r != 0) return r;
    const auto left = std::chrono::duration_cast<Patience>(deadline - Clock::now());
    if (left.count() <= 0) return -ETIMEDOUT;
    int r = sd_bus_process(bus, nullptr);
    if (r == 0) r = sd_bus_wait(bus, static_cast<std::uint64_t>(left.count()));
    if (r < 0) return r;
  }
}

tl::expected<Bus, std::string> connect(const char* what, const std::string& address, bool is_bus, Patience patience) {
  const auto deadline = Clock::now() + patience;
  for (;;) {
    sd_bus* raw = nullptr;
    int r = sd_bus_new(&raw);
    Bus bus(raw);
    if (r >= 0) r = set_up(raw, address, is_bus, patience);
    if (r >= 0) r = await_ready(raw, deadline);
    if (r >= 0) return bus;
    // EAGAIN: its queue of new connections is full.
    if (r != -EAGAIN || Clock::now() >= deadline)
      return tl::unexpected(fmt::format("cannot connect to {}: {}", what, std::strerror(-r)));
    ::poll(nullptr, 0, kTryAgainMs);
  }
}

}  // namespace

tl::expected<Bus, std::string> connect_to_system_bus(Patience patience) {
  const char* given = given_bus();
  return connect("the system bus", given != nullptr ? given : kSystemBus, true, patience);
}

tl::expected<Bus, std::string> connect_to_systemd(Patience patience, const std::string& socket) {
  if (given_bus() == nullptr && ::geteuid() == 0)
    if (auto bus = connect("systemd", "unix:path=" + socket, false, patience); bus) return bus;
  return connect_to_system_bus(patience);
}

}  // namespace ghost::systemd
