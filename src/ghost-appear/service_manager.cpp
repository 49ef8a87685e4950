// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-appear/service_manager.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "bus/rows.hpp"
#include "core/time.hpp"

namespace ghost::tick {
namespace {

using namespace std::chrono_literals;

constexpr const char* kName = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kUnit = "org.freedesktop.systemd1.Unit";
constexpr const char* kTimer = "org.freedesktop.systemd1.Timer";
constexpr auto kPatience = 5s;
constexpr int kPauseMs = 20;

struct Unref {
  void operator()(sd_bus_message* m) const noexcept { sd_bus_message_unref(m); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

struct Error {
  sd_bus_error raw = SD_BUS_ERROR_NULL;
  Error() = default;
  ~Error() { sd_bus_error_free(&raw); }
  Error(const Error&) = delete;
  Error& operator=(const Error&) = delete;
  [[nodiscard]] tl::unexpected<std::string> failed(const std::string& what, int r) const {
    return tl::unexpected(fmt::format("systemd: {}: {}", what, raw.message ? raw.message : std::strerror(-r)));
  }
};

Message new_call(sd_bus* bus, const char* method) {
  sd_bus_message* m = nullptr;
  sd_bus_message_new_method_call(bus, &m, kName, kPath, kManager, method);
  return Message(m);
}

// Runs them in order until one fails. Returns its error, or the result of the last one.
template <class... Step>
int in_turn(Step... step) {
  int r = 0;
  static_cast<void>((((r = step()) >= 0) && ...));
  return r;
}

int append(sd_bus_message* m, const char* property, const char* type, auto value) {
  return sd_bus_message_append(m, "(sv)", property, type, value);
}

// Polls until it is true. Signals would need Subscribe(), which makes systemd send all of them to everybody.
template <class Done>
bool awaited(Done done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, kPauseMs);
  }
  return true;
}

}  // namespace

Outcome<ServiceManager> ServiceManager::open() {
  sd_bus* bus = nullptr;
  if (const int r = sd_bus_open_system(&bus); r < 0)
    return tl::unexpected(fmt::format("cannot connect to the system bus: {}", std::strerror(-r)));
  return ServiceManager(bus);
}

Outcome<std::string> ServiceManager::word(const std::string& path, const char* interface, const char* property) {
  Error error;
  char* text = nullptr;
  const int r = sd_bus_get_property_string(bus_.get(), kName, path.c_str(), interface, property, &error.raw, &text);
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  if (r < 0) return error.failed(property, r);
  return text;
}

Outcome<std::optional<core::WallTime>> ServiceManager::next_elapse(const std::string& timer) {
  // The object of a unit always exists, whether the unit is loaded or not.
  char* encoded = nullptr;
  if (const int r = sd_bus_path_encode("/org/freedesktop/systemd1/unit", timer.c_str(), &encoded); r < 0)
    return tl::unexpected(fmt::format("{}: {}", timer, std::strerror(-r)));
  const std::unique_ptr<char, decltype(&std::free)> path(encoded, &std::free);
  Outcome<std::string> state;
  const bool settled = awaited([&] {
    state = word(path.get(), kUnit, "SubState");
    return !state || *state != "running";
  });
  if (!state) return tl::unexpected(state.error());
  if (!settled || *state != "waiting") return std::nullopt;
  Error error;
  std::uint64_t usec = 0;
  const int r = sd_bus_get_property_trivial(bus_.get(), kName, path.get(), kTimer, "NextElapseUSecRealtime", &error.raw, 't',
                                            &usec);
  if (r < 0) return error.failed(timer, r);
  return bus::from_usec(usec);
}

Outcome<std::vector<std::string>> ServiceManager::active_units(const std::string& pattern) {
  Error error;
  sd_bus_message* reply = nullptr;
  int r = sd_bus_call_method(bus_.get(), kName, kPath, kManager, "ListUnitsByPatterns", &error.raw, &reply, "asas", 0, 1,
                             pattern.c_str());
  const Message owner(reply);
  std::vector<std::string> out;
  const char *name = nullptr, *active = nullptr;
  if (r >= 0) r = sd_bus_message_enter_container(reply, 'a', "(ssssssouso)");
  while (r >= 0) {
    r = sd_bus_message_read(reply, "(ssssssouso)", &name, nullptr, nullptr, &active, nullptr, nullptr, nullptr, nullptr, nullptr,
                            nullptr);
    if (r <= 0) break;
    if (std::strcmp(active, "active") == 0) out.emplace_back(name);
  }
  if (r < 0) return error.failed(pattern, r);
  return out;
}

Outcome<void> ServiceManager::start(const TransientTimer& timer) {
  Error error;
  const auto call = new_call(bus_.get(), "StartTransientUnit");
  if (!call) return tl::unexpected(std::string("out of memory"));
  auto* m = call.get();
  int r = in_turn(
      [&] { return sd_bus_message_append(m, "ss", timer.name.c_str(), "replace"); },
      [&] { return sd_bus_message_open_container(m, 'a', "(sv)"); },
      [&] { return append(m, "Description", "s", timer.description.c_str()); },
      [&] { return sd_bus_message_append(m, "(sv)", "PartOf", "as", 1, timer.part_of.c_str()); },
      [&] { return append(m, "CollectMode", "s", "inactive-or-failed"); },  // after any result the name is free again
      [&] { return sd_bus_message_append(m, "(sv)", "TimersCalendar", "a(ss)", 1, "OnCalendar", timer.spec.c_str()); },
      [&] { return append(m, "AccuracyUSec", "t", std::uint64_t{1000}); }, [&] { return append(m, "RemainAfterElapse", "b", 0); },
      [&] { return append(m, "WakeSystem", "b", timer.wake_system ? 1 : 0); }, [&] { return sd_bus_message_close_container(m); },
      [&] { return sd_bus_message_append(m, "a(sa(sv))", 0); });
  if (r >= 0) r = sd_bus_call(bus_.get(), m, 0, &error.raw, nullptr);
  // No other unit can have this name, so this timer already exists.
  if (r < 0 && !sd_bus_error_has_name(&error.raw, "org.freedesktop.systemd1.UnitExists")) return error.failed(timer.name, r);
  Outcome<std::optional<core::WallTime>> next;
  awaited([&] {
    next = next_elapse(timer.name);
    return !next || *next == timer.at;
  });
  if (!next) return tl::unexpected(next.error());
  if (*next != timer.at) return tl::unexpected(fmt::format("systemd: {} does not elapse at {}", timer.name, timer.spec));
  return {};
}

Outcome<void> ServiceManager::stop(const std::string& unit) {
  Error error;
  const int r = sd_bus_call_method(bus_.get(), kName, kPath, kManager, "StopUnit", &error.raw, nullptr, "ss", unit.c_str(),
                                   "replace");
  if (r < 0 && !sd_bus_error_has_name(&error.raw, "org.freedesktop.systemd1.NoSuchUnit")) return error.failed(unit, r);
  return {};
}

}  // namespace ghost::tick
