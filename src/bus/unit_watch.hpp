// SPDX-License-Identifier: GPL-2.0-or-later
// Asks systemd about units, asynchronously (org.freedesktop.systemd1(5)): whether one is active, and to which one a process
// belongs. Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "loop/event_loop.hpp"

namespace ghost::bus {

class UnitWatch {
 public:
  using Told = std::function<void(bool active)>;
  // Both are lent. `told` and `answer` are called from the loop and may throw.
  UnitWatch(loop::EventLoop& loop, sdbus::IConnection& bus) : loop_(loop), bus_(bus) {}

  // Answered once; false also if systemd does not answer.
  void ask(const std::string& unit, Told answer);
  // Reported once soon and then with each change, until forget(). For a unit that is already watched it does nothing.
  void watch(const std::string& unit, Told told);
  void forget(const std::string& unit);

  // The unit's name, or nothing if systemd knows none. ghostd cannot use /proc, which hides other users' processes (ProtectProc=).
  void find(std::uint32_t pid, std::function<void(const std::string& unit)> found);

 private:
  using Proxies = std::map<std::string, std::unique_ptr<sdbus::IProxy>>;  // by the unit's name

  [[nodiscard]] std::unique_ptr<sdbus::IProxy> unit(const std::string& name);
  [[nodiscard]] sdbus::IProxy& systemd();

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  std::unique_ptr<sdbus::IProxy> systemd_;
  bool subscribed_ = false;
  Proxies asked_, watched_;
};

}  // namespace ghost::bus
