// SPDX-License-Identifier: GPL-2.0-or-later
// Local time of a place for tests: the C library's, with TZ set for as long as the object lives.
#pragma once
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>

#include "core/schedule.hpp"

namespace ghost::test {

inline std::tm local_tm(core::WallTime t) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  std::tm tm{};
  if (localtime_r(&seconds, &tm) == nullptr) throw std::runtime_error("localtime_r");
  return tm;
}

class Place {
 public:
  explicit Place(const std::string& name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    set(name);
  }
  ~Place() { set(before_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] static core::Zone zone() {
    return [](core::WallTime t) { return std::chrono::seconds(local_tm(t).tm_gmtoff); };
  }

 private:
  static void set(const std::string& name) {
    if (name.empty()) unsetenv("TZ");
    else setenv("TZ", name.c_str(), 1);
    tzset();
  }
  std::string before_;
};

// "2026-03-27 07:30:00" in UTC, with or without the time.
inline core::WallTime utc(const std::string& text) {
  std::tm tm{};
  const char* end = strptime(text.c_str(), text.size() > 10 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d", &tm);
  if (end == nullptr || *end != '\0') throw std::invalid_argument(text);
  return core::WallTime(std::chrono::seconds(timegm(&tm)));
}

// The same, local, with mktime(3): what people's clocks there show.
inline core::WallTime local(const std::string& text) {
  std::tm tm{};
  const char* end = strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &tm);
  if (end == nullptr || *end != '\0') throw std::invalid_argument(text);
  tm.tm_isdst = -1;
  return core::WallTime(std::chrono::seconds(mktime(&tm)));
}

}  // namespace ghost::test
