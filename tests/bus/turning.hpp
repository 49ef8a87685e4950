// SPDX-License-Identifier: GPL-2.0-or-later
// A loop with a client on a private bus, for tests of what asks other services there.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "bus/bus_pump.hpp"
#include "bus/sdbus_seam.hpp"
#include "private_bus.hpp"
#include "test_server.hpp"

namespace ghost::test {

struct Turning {
  using Clock = std::chrono::steady_clock;

  PrivateBus daemon;
  loop::EventLoop loop;
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus = connect_to(daemon.address());
  bus::BusPump pump{loop, *bus, [](const std::string&) {}};

  // False: not within ten seconds.
  bool turn_until(const std::function<bool()>& done) {
    const auto end = Clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (Clock::now() > end) return false;
      loop.turn(std::chrono::milliseconds(20));
    }
    return true;
  }
  // Half a second, in which something would come that should not.
  void settle() {
    const auto end = Clock::now() + std::chrono::milliseconds(500);
    while (Clock::now() < end) loop.turn(std::chrono::milliseconds(20));
  }
};

}  // namespace ghost::test
