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

void LinkObject::act(const LinkAct& act, sdbus::Result<>&& result) {
  port_.act(shown_.name, act, caller_of(getObject()), std::move(result));
}

}  // namespace ghost::bus
