// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/systemd_job.hpp"

#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdlib>
#include <memory>

namespace ghost::tun_helper {
namespace {

constexpr auto* kManager = "org.freedesktop.systemd1";
constexpr std::uint64_t kTimeout = 5'000'000;  // µs: a stop must not hang because the bus is also stopping

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
  void operator()(char* text) const { std::free(text); }
};

using Bus = std::unique_ptr<sd_bus, Unref>;
using Text = std::unique_ptr<char, Unref>;

Bus open_bus() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_system(&bus) < 0) return nullptr;
  sd_bus_set_method_call_timeout(bus, kTimeout);
  return Bus(bus);
}

Text unit_path(const std::string& unit) {
  char* path = nullptr;
  if (sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit.c_str(), &path) < 0) return nullptr;
  return Text(path);
}

// JobRemoved(u id, o job, s unit, s result)
int job_removed(sd_bus_message* signal, void* seen, sd_bus_error*) {
  std::uint32_t id = 0;
  const char* job = nullptr;
  if (sd_bus_message_read(signal, "uo", &id, &job) >= 0) *static_cast<std::string*>(seen) = job;
  return 0;
}

}  // namespace

PendingJob job_of(const std::string& unit) {
  const auto bus = open_bus();
  const auto path = unit_path(unit);
  if (!bus || !path) return PendingJob::unknown;
  sd_bus_message* raw_reply = nullptr;
  if (sd_bus_get_property(bus.get(), kManager, path.get(), "org.freedesktop.systemd1.Unit", "Job", nullptr, &raw_reply, "(uo)") <
      0)
    return PendingJob::unknown;
  const std::unique_ptr<sd_bus_message, Unref> reply(raw_reply);
  std::uint32_t id = 0;
  const char* job = nullptr;
  if (sd_bus_message_read(reply.get(), "(uo)", &id, &job) < 0) return PendingJob::unknown;
  if (id == 0) return PendingJob::none;

  char* raw_type = nullptr;
  if (sd_bus_get_property_string(bus.get(), kManager, job, "org.freedesktop.systemd1.Job", "JobType", nullptr, &raw_type) < 0)
    return PendingJob::none;  // the job has just ended
  const Text type(raw_type);
  return pending_job(type.get());
}

bool is_running(const std::string& unit) {
  const auto bus = open_bus();
  const auto path = unit_path(unit);
  std::uint32_t pid = 0;
  return bus && path &&
         sd_bus_get_property_trivial(bus.get(), kManager, path.get(), "org.freedesktop.systemd1.Service", "MainPID", nullptr, 'u',
                                     &pid) >= 0 &&
         pid != 0;
}

void stop_unit(const std::string& unit, unsigned seconds) {
  constexpr auto* kPath = "/org/freedesktop/systemd1";
  constexpr auto* kInterface = "org.freedesktop.systemd1.Manager";
  std::string removed;  // outlives the bus, whose match writes to it
  const auto bus = open_bus();
  if (!bus) return;
  if (sd_bus_match_signal(bus.get(), nullptr, kManager, kPath, kInterface, "JobRemoved", job_removed, &removed) < 0 ||
      sd_bus_call_method(bus.get(), kManager, kPath, kInterface, "Subscribe", nullptr, nullptr, "") < 0)
    return;
  sd_bus_message* raw_reply = nullptr;
  if (sd_bus_call_method(bus.get(), kManager, kPath, kInterface, "StopUnit", nullptr, &raw_reply, "ss", unit.c_str(), "replace") <
      0)
    return;  // there is no such unit
  const std::unique_ptr<sd_bus_message, Unref> reply(raw_reply);
  const char* job = nullptr;
  if (sd_bus_message_read(reply.get(), "o", &job) < 0) return;

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (removed != job) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - std::chrono::steady_clock::now());
    const int done = sd_bus_process(bus.get(), nullptr);
    if (done < 0 || left.count() <= 0) return;
    if (done == 0 && sd_bus_wait(bus.get(), static_cast<std::uint64_t>(left.count())) < 0) return;
  }
}

}  // namespace ghost::tun_helper
