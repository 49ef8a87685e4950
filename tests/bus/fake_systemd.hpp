// SPDX-License-Identifier: GPL-2.0-or-later
// org.freedesktop.systemd1 on a private bus, as far as ghost-appear and ghost-tun speak to it. Timers stand, are started and
// stopped. Jobs wait, and end.
// The lab tests the real one.
#pragma once
#include <systemd/sd-bus.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace ghost::test {

class FakeSystemd {
 public:
  explicit FakeSystemd(const std::string& address);
  ~FakeSystemd();
  FakeSystemd(const FakeSystemd&) = delete;
  FakeSystemd& operator=(const FakeSystemd&) = delete;

  struct Timer {
    std::string sub = "waiting";  // SubState; active unless "dead"
    std::uint64_t next = 0;       // NextElapseUSecRealtime
    std::string job{};            // JobType of the job that waits for it; empty: none
    std::uint32_t pid = 0;        // MainPID
  };
  // Signals the change to all subscribers.
  void set(const std::string& unit, Timer timer);
  bool subscribed();
  void set_system(const std::string& state);  // SystemState; "running" at first
  int asked_for_system();
  // The answer to every StartTransientUnit() from now on; "" for success.
  void refuse_starts(const std::string& error);
  // From now on a stop has no end: no JobRemoved.
  void hold_stops();
  int state_reads();  // how often a client has read a SubState
  // "start NAME PROPERTY=value …" with the properties in their order, "stop NAME"; and forgets them.
  std::vector<std::string> take_record();

 private:
  static int list_units(sd_bus_message*, void*, sd_bus_error*);
  static int start_transient(sd_bus_message*, void*, sd_bus_error*);
  static int stop_unit(sd_bus_message*, void*, sd_bus_error*);
  static int subscribe(sd_bus_message*, void*, sd_bus_error*);
  static int get(sd_bus*, const char*, const char*, const char*, sd_bus_message*, void*, sd_bus_error*);
  static int get_job(sd_bus*, const char*, const char*, const char*, sd_bus_message*, void*, sd_bus_error*);
  static int get_system(sd_bus*, const char*, const char*, const char*, sd_bus_message*, void*, sd_bus_error*);
  void serve();
  std::vector<std::string> changed();

  std::mutex mutex_;
  std::map<std::string, Timer> timers_;
  std::string refusal_;
  bool stops_end_ = true;
  std::string system_ = "running";
  int system_reads_ = 0;
  std::vector<std::string> record_;
  int state_reads_ = 0;
  bool stop_ = false;
  bool subscribed_ = false;
  std::vector<std::string> changed_;  // not told yet
  UniqueFd wake_;
  sd_bus* bus_ = nullptr;
  std::thread thread_;
};

}  // namespace ghost::test
