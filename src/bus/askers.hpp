// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sender of a message. It asks the bus asynchronously, because a bus that hangs must not stop ghostd. Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <string>

#include "bus/requests.hpp"
#include "bus/unit_watch.hpp"
#include "loop/event_loop.hpp"

namespace ghost::bus {

class Askers {
 public:
  // All are lent.
  Askers(loop::EventLoop& loop, sdbus::IConnection& bus, UnitWatch& units) : loop_(loop), bus_(bus), units_(units) {}

  using Found = std::function<void(const Asker&)>;
  // sender: the unique name of a connection. `found` is called once, from the loop, with the known facts, possibly none.
  void find(const std::string& sender, Found found);

 private:
  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  UnitWatch& units_;
  std::unique_ptr<sdbus::IProxy> driver_;
};

}  // namespace ghost::bus
