// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a unit of systemd's is active: org.freedesktop.systemd1(5), asynchronously. Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

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

 private:
  using Proxies = std::map<std::string, std::unique_ptr<sdbus::IProxy>>;  // by the unit's name

  [[nodiscard]] std::unique_ptr<sdbus::IProxy> unit(const std::string& name);
  void subscribe();

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  std::unique_ptr<sdbus::IProxy> systemd_;  // once a unit is watched
  Proxies asked_, watched_;
};

}  // namespace ghost::bus
