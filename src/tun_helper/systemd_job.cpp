// SPDX-License-Identifier: GPL-2.0-or-later
#include "tun_helper/systemd_job.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>

namespace ghost::tun_helper {
namespace {

constexpr auto* kManager = "org.freedesktop.systemd1";
constexpr std::uint64_t kTimeout = 5'000'000;  // µs: a stop must not hang on a bus that is going down itself

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

}  // namespace

PendingJob job_of(const std::string& unit) {
  const auto bus = open_bus();
  const auto path = unit_path(unit);
  if (!bus || !path) return PendingJob::unknown;
  sd_bus_message* raw_reply = nullptr;
  if (sd_bus_get_property(bus.get(), kManager, path.get(), "org.freedesktop.systemd1.Unit", "Job", nullptr, &raw_reply,
                          "(uo)") < 0)
    return PendingJob::unknown;
  const std::unique_ptr<sd_bus_message, Unref> reply(raw_reply);
  std::uint32_t id = 0;
  const char* job = nullptr;
  if (sd_bus_message_read(reply.get(), "(uo)", &id, &job) < 0) return PendingJob::unknown;
  if (id == 0) return PendingJob::none;

  char* raw_type = nullptr;
  if (sd_bus_get_property_string(bus.get(), kManager, job, "org.freedesktop.systemd1.Job", "JobType", nullptr,
                                 &raw_type) < 0)
    return PendingJob::none;  // it was there and has just ended
  const Text type(raw_type);
  return pending_job(type.get());
}

bool is_running(const std::string& unit) {
  const auto bus = open_bus();
  const auto path = unit_path(unit);
  std::uint32_t pid = 0;
  return bus && path &&
         sd_bus_get_property_trivial(bus.get(), kManager, path.get(), "org.freedesktop.systemd1.Service", "MainPID",
                                     nullptr, 'u', &pid) >= 0 &&
         pid != 0;
}

}  // namespace ghost::tun_helper
