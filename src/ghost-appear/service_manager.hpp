// SPDX-License-Identifier: GPL-2.0-or-later
// The few requests to systemd, over its D-Bus API (org.freedesktop.systemd1(5)). Each call blocks until systemd
// answers. Errors are lines for people.
#pragma once
#include <systemd/sd-bus.h>

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/time.hpp"
#include "ghost-appear/plan.hpp"

namespace ghost::tick {

template <class T>
using Outcome = tl::expected<T, std::string>;

class ServiceManager {
 public:
  // On the system bus, or the one that DBUS_SYSTEM_BUS_ADDRESS names.
  static Outcome<ServiceManager> open();

  // When an active timer elapses next; nullopt if it does not, or is not active. While a service that the timer started is
  // running, systemd does not know that yet. This then waits, five seconds at most, and returns nullopt after that.
  Outcome<std::optional<core::WallTime>> next_elapse(const std::string& timer);
  // The loaded units of that pattern (fnmatch(3)) that are active.
  Outcome<std::vector<std::string>> active_units(const std::string& pattern);
  // Returns when systemd has calculated that it elapses at timer.at.
  Outcome<void> start(const TransientTimer& timer);
  // A missing unit counts as stopped.
  Outcome<void> stop(const std::string& unit);

 private:
  struct Close {
    void operator()(sd_bus* bus) const noexcept { sd_bus_flush_close_unref(bus); }
  };
  explicit ServiceManager(sd_bus* bus) : bus_(bus) {}
  Outcome<std::string> word(const std::string& path, const char* interface, const char* property);

  std::unique_ptr<sd_bus, Close> bus_;
};

}  // namespace ghost::tick
