// SPDX-License-Identifier: GPL-2.0-or-later
// The edge for ghost-online@LINK.target: the links' present state -> systemd.
#pragma once
#include <memory>
#include <string>

#include "bus/online_targets.hpp"
#include "core/link_machine.hpp"

namespace ghost::daemon {

class Online {
 public:
  // Called once the bus is there and all calls of an earlier ghostd are known. Each link is to be seen before the next turn of the
  // loop. If Online cannot ask systemd, it logs why and does nothing else.
  void begin(loop::EventLoop& loop, sdbus::IConnection& bus);
  void end() { targets_.reset(); }

  // Called after each event that may have changed a link.
  void see(const core::LinkMachine& link);
  void forget(const std::string& link);

 private:
  std::unique_ptr<bus::OnlineTargets> targets_;
};

}  // namespace ghost::daemon
