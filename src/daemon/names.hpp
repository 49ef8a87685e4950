// SPDX-License-Identifier: GPL-2.0-or-later
// Names' edge: the links as they are -> core::names_for() -> systemd-resolved. Where resolvconf(8) is in use, ghost-supervisor tells
// it, from what it knows itself (supervisor/name_records.hpp).
#pragma once
#include <map>
#include <memory>
#include <string>

#include "bus/resolved.hpp"
#include "daemon/link.hpp"

namespace ghost::daemon {

class Names {
 public:
  // Once the bus is there. Says in the journal why it cannot, and nothing else happens then.
  void begin(loop::EventLoop& loop, sdbus::IConnection& bus);
  void end() { resolved_.reset(); }

  // After whatever may have changed a link. Cheap where nothing has.
  void update(const std::map<std::string, std::unique_ptr<Link>>& links);

 private:
  std::map<std::string, std::string> link_of_;  // by interface, of all links there were
  std::unique_ptr<bus::Resolved> resolved_;
};

}  // namespace ghost::daemon
