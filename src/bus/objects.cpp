// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/objects.hpp"

#include <utility>

#include "bus/message_flags.hpp"
#include "bus/names.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {
namespace {

Caller caller_of(sdbus::IObject& object) {
  return {sender_of_current(object), MessageFlags::interactive(current_message(object))};
}

}  // namespace

ManagerObject::ManagerObject(sdbus::IConnection& connection) : AdaptorInterfaces(connection, sdbus::ObjectPath(kManagerPath)) {}

Caller ManagerObject::caller() { return caller_of(getObject()); }

std::string ManagerObject::Version() { return GHOSTD_VERSION; }

LinkObject::LinkObject(sdbus::IConnection& connection, const std::string& path, LinkPort& port, const LinkProperties& shown,
                       std::function<void()> look)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(path)), port_(port), shown_(shown), look_(std::move(look)) {
  registerAdaptor();
}
LinkObject::~LinkObject() { unregisterAdaptor(); }

void LinkObject::Connect(sdbus::Result<>&& result) { port_.connect(shown_.name, caller_of(getObject()), std::move(result)); }
void LinkObject::Disconnect(sdbus::Result<>&& result) {
  port_.disconnect(shown_.name, caller_of(getObject()), std::move(result));
}
void LinkObject::Block(sdbus::Result<>&& result) { port_.block(shown_.name, caller_of(getObject()), std::move(result)); }
void LinkObject::Unblock(sdbus::Result<>&& result) { port_.unblock(shown_.name, caller_of(getObject()), std::move(result)); }
void LinkObject::Appear(sdbus::Result<>&& result, std::uint64_t hold_usec) {
  port_.appear(shown_.name, hold_usec, caller_of(getObject()), std::move(result));
}

}  // namespace ghost::bus
