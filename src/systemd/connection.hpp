// SPDX-License-Identifier: GPL-2.0-or-later
// Connections to D-Bus of programs that may wait, but only for so long. sd-bus itself waits 90 s for a bus that does not answer a new
// connection, and any local user can make the system bus slow. So root asks systemd by the socket of its own that systemctl(1) uses:
// only root can connect to it. No descriptors are taken over either connection, because their close(2) could hang.
#pragma once
#include <systemd/sd-bus.h>

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

namespace ghost::systemd {

struct CloseBus {
  void operator()(sd_bus* bus) const noexcept { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;  // closing does not wait until everything is sent
using Patience = std::chrono::microseconds;

inline constexpr const char* kPrivateSocket = "/run/systemd/private";

// The system bus, or the one that DBUS_SYSTEM_BUS_ADDRESS names. `patience` is that of the connection, and later of each call. The
// error is a line for people.
[[nodiscard]] tl::expected<Bus, std::string> connect_to_system_bus(Patience patience);

// systemd's own socket; the system bus if there is no way by it, or DBUS_SYSTEM_BUS_ADDRESS is set, or we are not root.
[[nodiscard]] tl::expected<Bus, std::string> connect_to_systemd(Patience patience, const std::string& socket = kPrivateSocket);

}  // namespace ghost::systemd
