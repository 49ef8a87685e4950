// SPDX-License-Identifier: GPL-2.0-or-later
// What systemd knows of units, asynchronously (org.freedesktop.systemd1(5)): whether one is active, and which one a process belongs
// to. Private to src/bus.
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

  // Answered once; false also when nobody answers.
  void ask(const std::string& unit, Told answer);
  // Told once soon and then with each change, until forget(). Asking for a unit that is watched already does nothing.
  void watch(const std::string& unit, Told told);
  void forget(const std::string& unit);

  // The unit's name, or nothing where systemd knows none. /proc would not tell: it hides others' processes from ghostd (ProtectProc=).
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
