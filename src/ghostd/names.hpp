// SPDX-License-Identifier: GPL-2.0-or-later
// The edge for names: the links' present state -> WantedNames -> systemd-resolved. Where resolvconf(8) is in use,
// ghost-supervisor tells it, from what it knows itself (ghost-supervisor/name_records.hpp).
#pragma once
#include <memory>
#include <string>

#include "bus/resolved.hpp"
#include "ghostd/link.hpp"
#include "ghostd/wanted_names.hpp"

namespace ghost::daemon {

class Names {
 public:
  // Called once the bus is there. If it cannot use resolved, it logs why and does nothing else.
  void begin(loop::EventLoop& loop, sdbus::IConnection& bus);
  void end() { resolved_.reset(); }

  // Called after each event that may have changed a link, with the link's status.
  void see(const Link& link, const core::LinkStatus& status);
  void forget(const std::string& link) { wanted_.forget(link); }
  // Tells resolved what has changed.
  void tell();

 private:
  WantedNames wanted_;
  std::unique_ptr<bus::Resolved> resolved_;
};

}  // namespace ghost::daemon
