// SPDX-License-Identifier: GPL-2.0-or-later
// The few requests of short-lived programs to systemd, over its D-Bus API (org.freedesktop.systemd1(5)). Each call blocks until
// systemd answers. Errors are lines for people. ghostd itself must not block: it asks by bus/unit_watch.hpp.
#pragma once
#include <systemd/sd-bus.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/time.hpp"
#include "systemd/transient_timer.hpp"

namespace ghost::systemd {

template <class T>
using Outcome = tl::expected<T, std::string>;

class Manager {
 public:
  // On the system bus, or the one that DBUS_SYSTEM_BUS_ADDRESS names. patience: of each request; without it sd-bus's usual 25 s.
  static Outcome<Manager> open(std::optional<std::chrono::microseconds> patience = {});

  // The type of the job that waits for the unit ("start", "stop", "restart", …), or nullopt if none waits.
  Outcome<std::optional<std::string>> job_type(const std::string& unit);
  // "active", "failed", "activating", …: org.freedesktop.systemd1(5).
  Outcome<std::string> active_state(const std::string& unit);
  // Whether this service has a main process.
  Outcome<bool> is_running(const std::string& service);

  // When an active timer elapses next; nullopt if it does not, or is not active. While a service that the timer started is
  // running, systemd does not know that yet. This then waits, five seconds at most, and returns nullopt after that.
  Outcome<std::optional<WallTime>> next_elapse(const std::string& timer);
  // The loaded units of that pattern (fnmatch(3)) that are active.
  Outcome<std::vector<std::string>> active_units(const std::string& pattern);

  // Returns when systemd has calculated that it elapses at timer.at.
  Outcome<void> start(const TransientTimer& timer);
  // Does not wait until the unit has stopped. A missing unit counts as stopped.
  Outcome<void> stop(const std::string& unit);
  // Waits until the unit has stopped, or for so long.
  Outcome<void> stop_and_wait(const std::string& unit, std::chrono::seconds patience);

 private:
  struct Close {
    void operator()(sd_bus* bus) const noexcept { sd_bus_flush_close_unref(bus); }
  };
  explicit Manager(sd_bus* bus) : bus_(bus) {}
  Outcome<std::string> word(const std::string& path, const char* interface, const char* property);

  std::unique_ptr<sd_bus, Close> bus_;
};

}  // namespace ghost::systemd
