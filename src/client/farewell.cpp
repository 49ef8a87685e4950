// SPDX-License-Identifier: GPL-2.0-or-later
#include "client/farewell.hpp"

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "bus/names.hpp"
#include "systemd/connection.hpp"

namespace ghost::client {
namespace {

constexpr std::chrono::seconds kPatience{3};  // with the bus, and with ghostd's answer

struct Unref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

int heard(sd_bus_message*, void* over, sd_bus_error*) {
  *static_cast<bool*>(over) = true;
  return 0;
}

// Whether there is a call to wait for. Never starts ghostd.
bool leave(sd_bus* bus) {
  sd_bus_message* raw = nullptr;
  if (sd_bus_message_new_method_call(bus, &raw, bus::kBusName, bus::kManagerPath, bus::kManagerInterface, "Leave") < 0)
    return false;
  const Message request(raw);
  sd_bus_message_set_auto_start(request.get(), 0);
  sd_bus_message* answer = nullptr;
  if (sd_bus_call(bus, request.get(), 0, nullptr, &answer) < 0) return false;
  const Message reply(answer);
  int busy = 0;
  return sd_bus_message_read(reply.get(), "b", &busy) >= 0 && busy != 0;
}

}  // namespace

void say_farewell(std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto bus = systemd::connect_to_system_bus(kPatience).value_or(nullptr);
  if (!bus) return;
  // Subscribes before the request, so that the signal is not missed. A ghostd that ends sends no Left, only its name goes.
  bool over = false;
  int deaf = sd_bus_match_signal(bus.get(), nullptr, bus::kBusName, bus::kManagerPath, bus::kManagerInterface, "Left", heard,
                                 &over);
  if (deaf >= 0)
    deaf = sd_bus_match_signal(
        bus.get(), nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged",
        [](sd_bus_message* message, void* gone, sd_bus_error*) {
          const char *name = nullptr, *before = nullptr, *after = nullptr;
          if (sd_bus_message_read(message, "sss", &name, &before, &after) >= 0 && std::string_view(name) == bus::kBusName &&
              *after == 0)
            *static_cast<bool*>(gone) = true;
          return 0;
        },
        &over);
  if (!leave(bus.get()) || deaf < 0) return;
  while (!over) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const int done = sd_bus_process(bus.get(), nullptr);
    if (done < 0 || (done == 0 && sd_bus_wait(bus.get(), static_cast<std::uint64_t>(left.count())) < 0)) return;
  }
}

}  // namespace ghost::client
