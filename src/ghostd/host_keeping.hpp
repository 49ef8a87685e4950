// SPDX-License-Identifier: GPL-2.0-or-later
// The Keeper of a Host: with the kernel's news, the three kinds of objects, and a place in the loop.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ghostd/host_surroundings.hpp"
#include "ghostd/keeper.hpp"
#include "ghostd/kept_queues.hpp"
#include "ghostd/kept_routing.hpp"
#include "ghostd/kept_table.hpp"
#include "loop/sources.hpp"

namespace ghost::daemon {

class HostKeeping {
 public:
  // changed: Keeper::Port's. Throws std::runtime_error if the kernel's sockets cannot be opened.
  HostKeeping(loop::EventLoop& loop, Host& host, HostSurroundings::Port port,
              std::function<void(const std::string& degraded, bool can_carry)> changed);

  // As the Keeper's.
  void look_soon() { keeper_.look_soon(), follow(); }
  [[nodiscard]] net::Result<void> table_must_stand();
  [[nodiscard]] bool table_was_lost();

 private:
  void heard() { keeper_.heard(), follow(); }
  void look();
  // Listens and waits as the Keeper wants it.
  void follow();

  net::Watch watch_;
  HostSurroundings around_;
  KeptTable table_;
  KeptRouting routing_;
  KeptQueues queues_;
  Keeper keeper_;
  loop::IoSource routing_io_;
  loop::IoSource table_io_;
  loop::Timer timer_;
  std::optional<core::Time> armed_;  // what the timer waits for
};

}  // namespace ghost::daemon
