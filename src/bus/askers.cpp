// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/askers.hpp"

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

}  // namespace

void Askers::find(const std::string& sender, Found found) {
  try {
    if (!driver_) driver_ = sdbus::createProxy(bus_, BusName("org.freedesktop.DBus"), sdbus::ObjectPath("/org/freedesktop/DBus"));
    driver_->callMethodAsync("GetConnectionCredentials")
        .onInterface("org.freedesktop.DBus")
        .withArguments(sender)
        .uponReplyInvoke(
            [this, found = guarded(loop_, found)](AsyncError error, const std::map<std::string, sdbus::Variant>& credentials) {
              auto asker = error ? Asker{} : asker_of(credentials);
              if (!asker.pid) return found(asker);
              units_.find(*asker.pid, [asker, found](const std::string& unit) mutable {
                asker.unit = unit;
                found(asker);
              });
            });
  } catch (const sdbus::Error&) {
    found({});
  }
}

}  // namespace ghost::bus
