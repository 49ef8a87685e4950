// SPDX-License-Identifier: GPL-2.0-or-later
#include "tun_helper/farewell.hpp"

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ghost::tun_helper {
namespace {

constexpr std::uint64_t kTimeout = 3'000'000;  // µs, of one call
constexpr auto kLookAgain = std::chrono::milliseconds(50);

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

// Never starts a ghostd that does not run.
Message call(sd_bus* bus, const char* method, const char* argument) {
  sd_bus_message* raw = nullptr;
  if (sd_bus_message_new_method_call(bus, &raw, "org.ghostd1", "/org/ghostd1", "org.ghostd1.Manager", method) < 0) return nullptr;
  const Message request(raw);
  sd_bus_message_set_auto_start(request.get(), 0);
  if (argument != nullptr && sd_bus_message_append(request.get(), "s", argument) < 0) return nullptr;
  sd_bus_message* reply = nullptr;
  if (sd_bus_call(bus, request.get(), kTimeout, nullptr, &reply) < 0) return nullptr;
  return Message(reply);
}

std::vector<std::string> links_that_are_up(sd_bus* bus) {
  std::vector<std::string> out;
  const auto reply = call(bus, "ListLinks", nullptr);
  if (!reply || sd_bus_message_enter_container(reply.get(), 'a', "(sos)") < 0) return out;
  const char *name = nullptr, *path = nullptr, *state = nullptr;
  while (sd_bus_message_read(reply.get(), "(sos)", &name, &path, &state) > 0)
    if (std::strcmp(state, "up") == 0) out.emplace_back(name);
  return out;
}

}  // namespace

void say_farewell(unsigned seconds) {
  sd_bus* raw = nullptr;
  if (sd_bus_open_system(&raw) < 0) return;
  const std::unique_ptr<sd_bus, Unref> bus(raw);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (const auto& link : links_that_are_up(bus.get())) (void)call(bus.get(), "Disconnect", link.c_str());
  while (std::chrono::steady_clock::now() < deadline && !links_that_are_up(bus.get()).empty())
    std::this_thread::sleep_for(kLookAgain);
}

}  // namespace ghost::tun_helper
