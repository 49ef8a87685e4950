// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/objects.hpp"

#include "bus/names.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {

ManagerObject::ManagerObject(sdbus::IConnection& connection, ManagerPort& port)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(kManagerPath)), port_(port) {
  registerAdaptor();
}
ManagerObject::~ManagerObject() { unregisterAdaptor(); }

std::string ManagerObject::sender() { return sender_of_current(getObject()); }

std::vector<sdbus::Struct<std::string, sdbus::ObjectPath, std::string>> ManagerObject::ListLinks() {
  std::vector<sdbus::Struct<std::string, sdbus::ObjectPath, std::string>> out;
  for (auto& row : port_.list()) out.emplace_back(std::move(row.name), sdbus::ObjectPath(row.path), std::move(row.state));
  return out;
}

sdbus::ObjectPath ManagerObject::GetLink(const std::string& name) { return sdbus::ObjectPath(port_.path_of(name)); }

sdbus::ObjectPath ManagerObject::Connect(const std::string& name) {
  auto path = port_.path_of(name);
  port_.connect(name);
  return sdbus::ObjectPath(std::move(path));
}

sdbus::ObjectPath ManagerObject::Disconnect(const std::string& name) {
  auto path = port_.path_of(name);
  port_.disconnect(name);
  return sdbus::ObjectPath(std::move(path));
}

void ManagerObject::Block(const std::string& name) { port_.block(name); }
void ManagerObject::Unblock(const std::string& name) { port_.unblock(name); }
void ManagerObject::Reload() { port_.reload(); }
bool ManagerObject::Leave() { return port_.leave(); }
sdbus::ObjectPath ManagerObject::Appear(const std::string& name, const std::uint64_t& hold_usec) {
  auto path = port_.path_of(name);
  port_.appear(name, hold_usec);
  return sdbus::ObjectPath(std::move(path));
}
std::tuple<bool, std::uint64_t, bool> ManagerObject::AppearTick(const std::string& name, const std::string& kind,
                                                                const std::uint64_t& timer_next_usec) {
  const auto tick = port_.appear_tick(name, kind, timer_next_usec);
  return {tick.due, tick.next_usec, tick.wake_system};
}
Wire<std::vector<AppearanceRow>>::Type ManagerObject::ListAppearances(const std::string& name) {
  return to_wire(port_.appearances(name));
}

std::string ManagerObject::Version() { return GHOSTD_VERSION; }

LinkObject::LinkObject(sdbus::IConnection& connection, const std::string& path, const LinkProperties& shown,
                       std::function<void()> look)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(path)), shown_(shown), look_(std::move(look)) {
  registerAdaptor();
}
LinkObject::~LinkObject() { unregisterAdaptor(); }

}  // namespace ghost::bus
