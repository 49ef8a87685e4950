// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/askers.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <map>
#include <utility>

#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {
namespace {

// D-Bus Specification, "org.freedesktop.DBus.GetConnectionCredentials".
Asker asker_of(const std::map<std::string, sdbus::Variant>& credentials) {
  Asker out;
  const auto number = [&](const char* name) -> std::optional<std::uint32_t> {
    const auto at = credentials.find(name);
    if (at == credentials.end() || !at->second.containsValueOfType<std::uint32_t>()) return std::nullopt;
    return at->second.get<std::uint32_t>();
  };
  out.uid = number("UnixUserID");
  out.pid = number("ProcessID");
  return out;
}

std::string unit_of(const std::string& path) {
  char* name = nullptr;
  if (sd_bus_path_decode(path.c_str(), "/org/freedesktop/systemd1/unit", &name) <= 0) return {};
  const std::unique_ptr<char, decltype(&std::free)> owner(name, &std::free);
  return name;
}

}  // namespace

void Askers::find(const std::string& sender, Found found) {
  try {
    if (!driver_) driver_ = sdbus::createProxy(bus_, BusName("org.freedesktop.DBus"), sdbus::ObjectPath("/org/freedesktop/DBus"));
    driver_->callMethodAsync("GetConnectionCredentials")
        .onInterface("org.freedesktop.DBus")
        .withArguments(sender)
        .uponReplyInvoke([this, found](AsyncError error, const std::map<std::string, sdbus::Variant>& credentials) {
          find_unit(error ? Asker{} : asker_of(credentials), guarded(loop_, found));
        });
  } catch (const sdbus::Error&) {
    found({});
  }
}

// Others' processes are hidden from ghostd (ProtectProc=), so systemd is asked.
void Askers::find_unit(Asker asker, Found found) {
  if (!asker.pid) return found(asker);
  try {
    if (!systemd_) systemd_ = sdbus::createProxy(bus_, BusName("org.freedesktop.systemd1"), sdbus::ObjectPath("/org/freedesktop/systemd1"));
    systemd_->callMethodAsync("GetUnitByPID")
        .onInterface("org.freedesktop.systemd1.Manager")
        .withArguments(*asker.pid)
        .uponReplyInvoke([asker, found](AsyncError error, const sdbus::ObjectPath& path) {
          auto known = asker;
          if (!error) known.unit = unit_of(path);
          found(known);
        });
  } catch (const sdbus::Error&) {
    found(asker);
  }
}

}  // namespace ghost::bus
