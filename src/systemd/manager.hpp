// SPDX-License-Identifier: GPL-2.0-or-later
// The few requests of short-lived programs to systemd, over its D-Bus API (org.freedesktop.systemd1(5)). Each call blocks until
// systemd answers or the time limit passes. Errors are lines for people. ghostd itself must not block: it asks by
// bus/unit_watch.hpp.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "systemd/connection.hpp"
#include "systemd/transient_timer.hpp"

namespace ghost::systemd {

template <class T>
using Outcome = tl::expected<T, std::string>;

class Manager {
 public:
  // patience: of the connection, and of each request. By systemd's own socket if possible: connection.hpp.
  static Outcome<Manager> open(Patience patience, const std::string& socket = kPrivateSocket);

  // The type of the job that waits for the unit ("start", "stop", "restart", …), or nullopt if none waits.
  Outcome<std::optional<std::string>> job_type(const std::string& unit);
  // "active", "failed", "activating", …: org.freedesktop.systemd1(5).
  Outcome<std::string> active_state(const std::string& unit);
  // The main process of a service; 0: it has none.
  Outcome<pid_t> main_process(const std::string& service);

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
  explicit Manager(Bus bus) : bus_(std::move(bus)) {}
  Outcome<std::string> word(const std::string& path, const char* interface, const char* property);

  Bus bus_;
};

}  // namespace ghost::systemd
