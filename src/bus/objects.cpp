// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/objects.hpp"

#include "bus/names.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {

ManagerObject::ManagerObject(sdbus::IConnection& connection) : AdaptorInterfaces(connection, sdbus::ObjectPath(kManagerPath)) {}

std::string ManagerObject::sender() { return sender_of_current(getObject()); }

std::string ManagerObject::Version() { return GHOSTD_VERSION; }

LinkObject::LinkObject(sdbus::IConnection& connection, const std::string& path, const LinkProperties& shown,
                       std::function<void()> look)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(path)), shown_(shown), look_(std::move(look)) {
  registerAdaptor();
}
LinkObject::~LinkObject() { unregisterAdaptor(); }

}  // namespace ghost::bus
