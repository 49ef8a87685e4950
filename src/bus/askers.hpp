// SPDX-License-Identifier: GPL-2.0-or-later
// Who sent a message: the bus is asked, asynchronously, because a bus that hangs must not stop ghostd. Private to src/bus.
#pragma once
#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <string>

#include "bus/requests.hpp"
#include "loop/event_loop.hpp"

namespace ghost::bus {

class Askers {
 public:
  Askers(loop::EventLoop& loop, sdbus::IConnection& bus) : loop_(loop), bus_(bus) {}

  using Found = std::function<void(const Asker&)>;
  // sender: the unique name of a connection. `found` is called once, from the loop: with what is known, maybe nothing.
  void find(const std::string& sender, Found found);

 private:
  void find_unit(Asker asker, Found found);

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  std::unique_ptr<sdbus::IProxy> driver_, systemd_;
};

}  // namespace ghost::bus
