// SPDX-License-Identifier: GPL-2.0-or-later
#include "systemd/manager.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "systemd/names.hpp"

namespace ghost::systemd {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5s;
constexpr int kAskAgainMs = 20;

struct Unref {
  void operator()(sd_bus_message* m) const noexcept { sd_bus_message_unref(m); }
  void operator()(sd_bus_slot* slot) const noexcept { sd_bus_slot_unref(slot); }
  void operator()(char* text) const noexcept { std::free(text); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;
using Slot = std::unique_ptr<sd_bus_slot, Unref>;
using Text = std::unique_ptr<char, Unref>;

struct BusError {
  sd_bus_error raw = SD_BUS_ERROR_NULL;
  BusError() = default;
  ~BusError() { sd_bus_error_free(&raw); }
  BusError(const BusError&) = delete;
  BusError& operator=(const BusError&) = delete;
  [[nodiscard]] tl::unexpected<std::string> failed(const std::string& what, int r) const {
    return tl::unexpected(fmt::format("systemd: {}: {}", what, raw.message ? raw.message : std::strerror(-r)));
  }
};

bool is_unknown(const BusError& error) { return sd_bus_error_has_name(&error.raw, "org.freedesktop.systemd1.NoSuchUnit") != 0; }

Message new_call(sd_bus* bus, const char* method) {
  sd_bus_message* m = nullptr;
  sd_bus_message_new_method_call(bus, &m, kBusName, kManagerPath, kManagerInterface, method);
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

// The object of a unit always exists, whether the unit is loaded or not.
Text path_of(const std::string& unit) {
  char* encoded = nullptr;
  if (sd_bus_path_encode(kUnitPathPrefix, unit.c_str(), &encoded) < 0) throw std::bad_alloc();
  return Text(encoded);
}

// JobRemoved(u id, o job, s unit, s result)
int job_removed(sd_bus_message* signal, void* seen, sd_bus_error*) {
  std::uint32_t id = 0;
  const char* job = nullptr;
  if (sd_bus_message_read(signal, "uo", &id, &job) >= 0) *static_cast<std::string*>(seen) = job;
  return 0;
}

// Microseconds since the epoch; 0 and infinity are not times.
std::optional<WallTime> moment(std::uint64_t usec) {
  if (usec == 0 || usec > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return WallTime(std::chrono::microseconds(static_cast<std::int64_t>(usec)));
}

// Polls until it is true. Signals would need Subscribe(), which makes systemd send all of them to everybody.
template <class Done>
bool awaited(Done done) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, kAskAgainMs);
  }
  return true;
}

}  // namespace

Outcome<Manager> Manager::open(Patience patience, const std::string& socket) {
  auto bus = connect_to_systemd(patience, socket);
  if (!bus) return tl::unexpected(bus.error());
  return Manager(std::move(*bus));
}

Outcome<std::string> Manager::word(const std::string& path, const char* interface, const char* property) {
  BusError error;
  char* text = nullptr;
  const int r = sd_bus_get_property_string(bus_.get(), kBusName, path.c_str(), interface, property, &error.raw, &text);
  const Text owner(text);
  if (r < 0) return error.failed(property, r);
  return text;
}

Outcome<std::optional<std::string>> Manager::job_type(const std::string& unit) {
  BusError error;
  sd_bus_message* answer = nullptr;
  int r = sd_bus_get_property(bus_.get(), kBusName, path_of(unit).get(), kUnitInterface, "Job", &error.raw, &answer, "(uo)");
  const Message owner(answer);
  std::uint32_t id = 0;
  const char* job = nullptr;
  if (r >= 0) r = sd_bus_message_read(answer, "(uo)", &id, &job);
  if (r < 0) return error.failed(unit, r);
  if (id == 0) return std::nullopt;
  auto type = word(job, kJobInterface, "JobType");
  if (!type) return std::nullopt;  // the job has just ended
  return std::move(*type);
}

Outcome<std::string> Manager::active_state(const std::string& unit) {
  return word(path_of(unit).get(), kUnitInterface, "ActiveState");
}

Outcome<pid_t> Manager::main_process(const std::string& service) {
  BusError error;
  std::uint32_t pid = 0;
  const int r = sd_bus_get_property_trivial(bus_.get(), kBusName, path_of(service).get(), kServiceInterface, "MainPID",
                                            &error.raw, 'u', &pid);
  if (r < 0) return error.failed(service, r);
  return static_cast<pid_t>(pid);
}

Outcome<std::optional<WallTime>> Manager::next_elapse(const std::string& timer) {
  const auto path = path_of(timer);
  Outcome<std::string> state;
  const bool settled = awaited([&] {
    state = word(path.get(), kUnitInterface, "SubState");
    return !state || *state != "running";
  });
  if (!state) return tl::unexpected(state.error());
  if (!settled || *state != "waiting") return std::nullopt;
  BusError error;
  std::uint64_t usec = 0;
  const int r = sd_bus_get_property_trivial(bus_.get(), kBusName, path.get(), kTimerInterface, "NextElapseUSecRealtime",
                                            &error.raw, 't', &usec);
  if (r < 0) return error.failed(timer, r);
  return moment(usec);
}

Outcome<std::vector<std::string>> Manager::active_units(const std::string& pattern) {
  BusError error;
  sd_bus_message* reply = nullptr;
  int r = sd_bus_call_method(bus_.get(), kBusName, kManagerPath, kManagerInterface, "ListUnitsByPatterns", &error.raw, &reply,
                             "asas", 0, 1, pattern.c_str());
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

Outcome<void> Manager::start(const TransientTimer& timer) {
  BusError error;
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
  Outcome<std::optional<WallTime>> next;
  awaited([&] {
    next = next_elapse(timer.name);
    return !next || *next == timer.at;
  });
  if (!next) return tl::unexpected(next.error());
  if (*next != timer.at) return tl::unexpected(fmt::format("systemd: {} does not elapse at {}", timer.name, timer.spec));
  return {};
}

Outcome<void> Manager::stop(const std::string& unit) {
  BusError error;
  const int r = sd_bus_call_method(bus_.get(), kBusName, kManagerPath, kManagerInterface, "StopUnit", &error.raw, nullptr, "ss",
                                   unit.c_str(), "replace");
  if (r < 0 && !is_unknown(error)) return error.failed(unit, r);
  return {};
}

Outcome<void> Manager::stop_and_wait(const std::string& unit, std::chrono::seconds patience) {
  BusError error;
  std::string removed;
  sd_bus_slot* raw_slot = nullptr;
  // On systemd's own socket no message has a sender.
  const char* sender = sd_bus_is_bus_client(bus_.get()) > 0 ? kBusName : nullptr;
  int r = sd_bus_match_signal(bus_.get(), &raw_slot, sender, kManagerPath, kManagerInterface, "JobRemoved", job_removed,
                              &removed);
  const Slot slot(raw_slot);  // ends the match, which writes to `removed`
  // systemd signals the end of jobs only while a client has subscribed.
  if (r >= 0) r = sd_bus_call_method(bus_.get(), kBusName, kManagerPath, kManagerInterface, "Subscribe", &error.raw, nullptr, "");
  sd_bus_message* answer = nullptr;
  if (r >= 0)
    r = sd_bus_call_method(bus_.get(), kBusName, kManagerPath, kManagerInterface, "StopUnit", &error.raw, &answer, "ss",
                           unit.c_str(), "replace");
  const Message owner(answer);
  const char* job = nullptr;
  if (r >= 0) r = sd_bus_message_read(answer, "o", &job);
  if (r < 0) return is_unknown(error) ? Outcome<void>() : error.failed(unit, r);

  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (removed != job) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
    r = sd_bus_process(bus_.get(), nullptr);
    if (r >= 0 && left.count() <= 0) return tl::unexpected(fmt::format("systemd: {} has not stopped", unit));
    if (r == 0) r = sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left.count()));
    if (r < 0) return error.failed(unit, r);
  }
  return {};
}

}  // namespace ghost::systemd
