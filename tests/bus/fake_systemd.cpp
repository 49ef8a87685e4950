// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_systemd.hpp"

#include <fnmatch.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>
#include <stdexcept>
#include <utility>

namespace ghost::test {
namespace {

constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kUnits = "/org/freedesktop/systemd1/unit";
constexpr const char* kJobs = "/org/freedesktop/systemd1/job";

const std::set<std::string> kKnown{"Description",       "PartOf",     "CollectMode", "TimersCalendar",     "AccuracyUSec",
                                   "RemainAfterElapse", "WakeSystem", "Persistent",  "RandomizedDelayUSec"};

void must(int r) {
  if (r < 0) throw std::runtime_error(std::string("fake systemd: ") + std::strerror(-r));
}

// A variant as text; of an array its last element, of a struct its last member.
std::string text_of(sd_bus_message* m) {
  char type = 0;
  const char* contents = nullptr;
  std::string out;
  while (sd_bus_message_peek_type(m, &type, &contents) > 0) {
    if (type == 's') {
      const char* s = nullptr;
      must(sd_bus_message_read(m, "s", &s));
      out = s;
    } else if (type == 'b') {
      int b = 0;
      must(sd_bus_message_read(m, "b", &b));
      out = b ? "yes" : "no";
    } else if (type == 't') {
      std::uint64_t t = 0;
      must(sd_bus_message_read(m, "t", &t));
      out = std::to_string(t);
    } else {
      must(sd_bus_message_enter_container(m, type, contents));
      out = text_of(m);
      must(sd_bus_message_exit_container(m));
    }
  }
  return out;
}

std::uint64_t moment(const std::string& spec) {
  std::tm parts{};
  const char* rest = ::strptime(spec.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  if (!rest || std::string(rest) != " UTC") return 0;
  return static_cast<std::uint64_t>(::timegm(&parts)) * 1'000'000;
}

}  // namespace

FakeSystemd::FakeSystemd(const std::string& address) : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  static const sd_bus_vtable manager[] = {SD_BUS_VTABLE_START(0),
                                          SD_BUS_METHOD("ListUnitsByPatterns", "asas", "a(ssssssouso)", list_units, 0),
                                          SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start_transient, 0),
                                          SD_BUS_METHOD("Subscribe", "", "", subscribe, SD_BUS_VTABLE_UNPRIVILEGED),
                                          SD_BUS_METHOD("StopUnit", "ss", "o", stop_unit, 0),
                                          SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
                                          SD_BUS_PROPERTY("SystemState", "s", get_system, 0, 0),
                                          SD_BUS_VTABLE_END};
  static const sd_bus_vtable unit[] = {SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("SubState", "s", get, 0, 0),
                                       SD_BUS_PROPERTY("ActiveState", "s", get, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
                                       SD_BUS_PROPERTY("Job", "(uo)", get_job, 0, 0), SD_BUS_VTABLE_END};
  static const sd_bus_vtable service[] = {SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("MainPID", "u", get_job, 0, 0),
                                          SD_BUS_VTABLE_END};
  static const sd_bus_vtable job[] = {SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("JobType", "s", get_job, 0, 0), SD_BUS_VTABLE_END};
  static const sd_bus_vtable timer[] = {SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("NextElapseUSecRealtime", "t", get, 0, 0),
                                        SD_BUS_VTABLE_END};
  must(sd_bus_new(&bus_));
  must(sd_bus_set_address(bus_, address.c_str()));
  must(sd_bus_set_bus_client(bus_, 1));
  must(sd_bus_start(bus_));
  const auto itself = [](sd_bus*, const char*, const char*, void* self, void** found, sd_bus_error*) {
    *found = self;
    return 1;
  };
  must(sd_bus_add_object_vtable(bus_, nullptr, kPath, "org.freedesktop.systemd1.Manager", manager, this));
  must(sd_bus_add_fallback_vtable(bus_, nullptr, kUnits, "org.freedesktop.systemd1.Unit", unit, itself, this));
  must(sd_bus_add_fallback_vtable(bus_, nullptr, kUnits, "org.freedesktop.systemd1.Timer", timer, itself, this));
  must(sd_bus_add_fallback_vtable(bus_, nullptr, kUnits, "org.freedesktop.systemd1.Service", service, itself, this));
  must(sd_bus_add_fallback_vtable(bus_, nullptr, kJobs, "org.freedesktop.systemd1.Job", job, itself, this));
  must(sd_bus_request_name(bus_, "org.freedesktop.systemd1", 0));
  thread_ = std::thread([this] { serve(); });
}

FakeSystemd::~FakeSystemd() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  sd_bus_flush_close_unref(bus_);
}

void FakeSystemd::serve() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      eventfd_t count = 0;
      ::eventfd_read(wake_.get(), &count);
    }
    for (const auto& unit : changed()) {
      char* path = nullptr;
      must(sd_bus_path_encode(kUnits, unit.c_str(), &path));
      const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
      sd_bus_emit_properties_changed(bus_, path, "org.freedesktop.systemd1.Unit", "ActiveState", nullptr);
    }
    const int r = sd_bus_process(bus_, nullptr);
    if (r < 0) return;  // the test's bus has ended
    if (r > 0) continue;
    pollfd fds[2] = {{sd_bus_get_fd(bus_), static_cast<short>(sd_bus_get_events(bus_)), 0}, {wake_.get(), POLLIN, 0}};
    ::poll(fds, 2, -1);
  }
}

void FakeSystemd::set(const std::string& unit, Timer timer) {
  const std::lock_guard lock(mutex_);
  timers_[unit] = std::move(timer);
  if (subscribed_) changed_.push_back(unit);
  ::eventfd_write(wake_.get(), 1);
}
void FakeSystemd::set_system(const std::string& state) {
  const std::lock_guard lock(mutex_);
  system_ = state;
}
int FakeSystemd::get_system(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void* self, sd_bus_error*) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const std::lock_guard lock(s.mutex_);
  ++s.system_reads_;
  return sd_bus_message_append(reply, "s", s.system_.c_str());
}
int FakeSystemd::asked_for_system() {
  const std::lock_guard lock(mutex_);
  return system_reads_;
}
bool FakeSystemd::subscribed() {
  const std::lock_guard lock(mutex_);
  return subscribed_;
}
std::vector<std::string> FakeSystemd::changed() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changed_, {});
}
int FakeSystemd::subscribe(sd_bus_message* m, void* self, sd_bus_error*) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const std::lock_guard lock(s.mutex_);
  s.subscribed_ = true;
  return sd_bus_reply_method_return(m, "");
}
void FakeSystemd::refuse_starts(const std::string& error) {
  const std::lock_guard lock(mutex_);
  refusal_ = error;
}
void FakeSystemd::hold_stops() {
  const std::lock_guard lock(mutex_);
  stops_end_ = false;
}
int FakeSystemd::state_reads() {
  const std::lock_guard lock(mutex_);
  return state_reads_;
}
std::vector<std::string> FakeSystemd::take_record() {
  const std::lock_guard lock(mutex_);
  return std::exchange(record_, {});
}

int FakeSystemd::list_units(sd_bus_message* m, void* self, sd_bus_error*) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const char* pattern = nullptr;
  must(sd_bus_message_skip(m, "as"));
  must(sd_bus_message_enter_container(m, 'a', "s"));
  must(sd_bus_message_read(m, "s", &pattern));
  sd_bus_message* reply = nullptr;
  must(sd_bus_message_new_method_return(m, &reply));
  const std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)> owner(reply, &sd_bus_message_unref);
  must(sd_bus_message_open_container(reply, 'a', "(ssssssouso)"));
  const std::lock_guard lock(s.mutex_);
  for (const auto& [name, timer] : s.timers_)
    if (::fnmatch(pattern, name.c_str(), FNM_NOESCAPE) == 0)
      must(sd_bus_message_append(reply, "(ssssssouso)", name.c_str(), "", "loaded", timer.sub == "dead" ? "inactive" : "active",
                                 timer.sub.c_str(), "", "/", 0u, "", "/"));
  must(sd_bus_message_close_container(reply));
  return sd_bus_send(nullptr, reply, nullptr);
}

int FakeSystemd::start_transient(sd_bus_message* m, void* self, sd_bus_error* error) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const char *name = nullptr, *mode = nullptr, *property = nullptr;
  must(sd_bus_message_read(m, "ss", &name, &mode));
  std::string line = std::string("start ") + name, spec;
  must(sd_bus_message_enter_container(m, 'a', "(sv)"));
  while (sd_bus_message_enter_container(m, 'r', "sv") > 0) {
    must(sd_bus_message_read(m, "s", &property));
    const auto value = text_of(m);
    // The properties that systemd 252 accepts for a transient timer; of the missing ones, only "Unit" would be needed.
    if (!kKnown.contains(property))
      return sd_bus_error_setf(error, SD_BUS_ERROR_PROPERTY_READ_ONLY, "Cannot set property %s", property);
    if (std::strcmp(property, "TimersCalendar") == 0) spec = value;
    line += std::string(" ") + property + "=" + value;
    must(sd_bus_message_exit_container(m));
  }
  const std::lock_guard lock(s.mutex_);
  s.record_.push_back(line);
  if (!s.refusal_.empty()) return sd_bus_error_set(error, s.refusal_.c_str(), "it is not wanted");
  s.timers_[name] = {.sub = "waiting", .next = moment(spec)};
  return sd_bus_reply_method_return(m, "o", "/job/1");
}

int FakeSystemd::stop_unit(sd_bus_message* m, void* self, sd_bus_error* error) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const char* name = nullptr;
  must(sd_bus_message_read(m, "s", &name));
  const std::lock_guard lock(s.mutex_);
  s.record_.push_back(std::string("stop ") + name);
  if (s.timers_.erase(name) == 0) return sd_bus_error_set(error, "org.freedesktop.systemd1.NoSuchUnit", "not loaded");
  must(sd_bus_reply_method_return(m, "o", "/job/2"));
  if (!s.subscribed_) return 1;
  // Another's job ends first.
  must(sd_bus_emit_signal(s.bus_, kPath, "org.freedesktop.systemd1.Manager", "JobRemoved", "uoss", 1, "/job/1", "other", "done"));
  if (s.stops_end_)
    must(sd_bus_emit_signal(s.bus_, kPath, "org.freedesktop.systemd1.Manager", "JobRemoved", "uoss", 2, "/job/2", name, "done"));
  return 1;
}

// Of a unit: Job and MainPID; of its job, which has the unit's name: JobType.
int FakeSystemd::get_job(sd_bus*, const char* path, const char*, const char* property, sd_bus_message* reply, void* self,
                         sd_bus_error* error) {
  auto& s = *static_cast<FakeSystemd*>(self);
  const bool of_job = std::strcmp(property, "JobType") == 0;
  char* name = nullptr;
  must(sd_bus_path_decode(path, of_job ? kJobs : kUnits, &name));
  const std::unique_ptr<char, decltype(&std::free)> owner(name, &std::free);
  const std::lock_guard lock(s.mutex_);
  const auto it = s.timers_.find(name);
  const auto unit = it == s.timers_.end() ? Timer{} : it->second;
  if (std::strcmp(property, "MainPID") == 0) return sd_bus_message_append(reply, "u", unit.pid);
  if (of_job) {
    if (unit.job == "gone") return sd_bus_error_set(error, SD_BUS_ERROR_UNKNOWN_OBJECT, "the job has ended");
    return sd_bus_message_append(reply, "s", unit.job.c_str());
  }
  char* job = nullptr;
  must(sd_bus_path_encode(kJobs, name, &job));
  const std::unique_ptr<char, decltype(&std::free)> job_owner(job, &std::free);
  return sd_bus_message_append(reply, "(uo)", unit.job.empty() ? 0 : 7, unit.job.empty() ? "/" : job);
}

int FakeSystemd::get(sd_bus*, const char* path, const char*, const char* property, sd_bus_message* reply, void* self,
                     sd_bus_error*) {
  auto& s = *static_cast<FakeSystemd*>(self);
  char* name = nullptr;
  must(sd_bus_path_decode(path, kUnits, &name));
  const std::unique_ptr<char, decltype(&std::free)> owner(name, &std::free);
  const std::lock_guard lock(s.mutex_);
  const auto it = s.timers_.find(name);
  const auto timer = it == s.timers_.end() ? Timer{.sub = "dead", .next = 0} : it->second;
  if (std::strcmp(property, "ActiveState") == 0)
    return sd_bus_message_append(reply, "s", timer.sub == "dead" ? "inactive" : "active");
  if (std::strcmp(property, "SubState") != 0) return sd_bus_message_append(reply, "t", timer.next);
  s.state_reads_++;
  return sd_bus_message_append(reply, "s", timer.sub.c_str());
}

}  // namespace ghost::test
