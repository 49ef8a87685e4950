// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/unit_watch.hpp"

#include <utility>

#include "bus/encoded_path.hpp"
#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"
#include "systemd/names.hpp"

namespace ghost::bus {
namespace {

using systemd::kUnitInterface;
using systemd::kUnitPathPrefix;

bool is_word(const sdbus::Variant& value, const char* word) {
  return value.containsValueOfType<std::string>() && value.get<std::string>() == word;
}

// One property; nullptr: it could not be had.
void get_property(sdbus::IProxy& proxy, const char* interface, const char* property,
                  std::function<void(const sdbus::Variant*)> answer) {
  proxy.callMethodAsync("Get")
      .onInterface("org.freedesktop.DBus.Properties")
      .withArguments(std::string(interface), std::string(property))
      .uponReplyInvoke(
          [answer = std::move(answer)](AsyncError error, const sdbus::Variant& value) { answer(error ? nullptr : &value); });
}

}  // namespace

std::unique_ptr<sdbus::IProxy> UnitWatch::unit(const std::string& name) {
  return sdbus::createProxy(bus_, BusName(systemd::kBusName), sdbus::ObjectPath(encoded_path(kUnitPathPrefix, name)));
}

void UnitWatch::ask(const std::string& name, Told answer) {
  try {
    auto& proxy = asked_[name];
    if (!proxy) proxy = unit(name);
    get_property(*proxy, kUnitInterface, "ActiveState",
                 guarded(loop_, [answer](const sdbus::Variant* state) { answer(state && is_word(*state, "active")); }));
  } catch (const sdbus::Error&) {
    asked_.erase(name);
    answer(false);
  }
}

sdbus::IProxy& UnitWatch::systemd() {
  if (!systemd_) systemd_ = sdbus::createProxy(bus_, BusName(systemd::kBusName), sdbus::ObjectPath(systemd::kManagerPath));
  return *systemd_;
}

void UnitWatch::find(std::uint32_t pid, std::function<void(const std::string&)> found) {
  try {
    systemd()
        .callMethodAsync("GetUnitByPID")
        .onInterface(systemd::kManagerInterface)
        .withArguments(pid)
        .uponReplyInvoke([found = guarded(loop_, found)](AsyncError error, const sdbus::ObjectPath& path) {
          found(error ? std::string() : decoded_path(kUnitPathPrefix, path));
        });
  } catch (const sdbus::Error&) {
    found({});
  }
}

// Uses the value in the signal, because asking again would load a unit that has just gone, and cause another signal. A stop during a
// shutdown is not reported: a unit that the next boot starts counts as active.
void UnitWatch::watch(const std::string& name, Told told) {
  if (watched_.contains(name)) return;
  try {
    // systemd signals changes of units only while a client has subscribed.
    if (!std::exchange(subscribed_, true))
      systemd().callMethodAsync("Subscribe").onInterface(systemd::kManagerInterface).uponReplyInvoke([](AsyncError) {});
    auto proxy = unit(name);
    proxy->uponSignal("PropertiesChanged")
        .onInterface("org.freedesktop.DBus.Properties")
        .call([this, told = guarded(loop_, told), changes = std::make_shared<unsigned>(0)](
                  const std::string& interface, const std::map<std::string, sdbus::Variant>& changed,
                  const std::vector<std::string>&) {
          const auto state = changed.find("ActiveState");
          if (interface != kUnitInterface || state == changed.end()) return;
          const auto change = ++*changes;
          if (is_word(state->second, "active")) return told(true);
          get_property(*systemd_, systemd::kManagerInterface, "SystemState",
                       [told, changes, change](const sdbus::Variant* system) {
                         if (change == *changes && !(system && is_word(*system, "stopping"))) told(false);
                       });
        });
    subscribe(*proxy);
    watched_[name] = std::move(proxy);
  } catch (const sdbus::Error&) {
    return told(false);
  }
  ask(name, std::move(told));
}

void UnitWatch::forget(const std::string& name) {
  watched_.erase(name);
  asked_.erase(name);
}

}  // namespace ghost::bus
