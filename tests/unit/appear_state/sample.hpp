// SPDX-License-Identifier: GPL-2.0-or-later
// A state in which every field has something to lose.
#pragma once
#include "appear_state/state.hpp"
#include "core/time.hpp"

namespace ghost::test {

inline core::WallTime at(std::int64_t seconds) { return core::WallTime(std::chrono::seconds(seconds)); }
inline IpAddress ip(const char* text) { return *IpAddress::parse(text); }

inline core::LinkMemory sample() {
  using namespace std::chrono_literals;
  core::LinkMemory s;
  s.sequence = 18'446'744'073'709'551'615U;
  s.promise = at(1'800'000'000) + 1us;
  s.granted = at(1'799'999'000);
  s.timer_next = at(1'800'080'000);
  s.until = at(1'799'999'600);
  s.told = {{"mail", {{ip("192.0.2.7"), ip("2001:db8::7")}, 18'446'744'073'709'551'615U}}, {"hook", {}}};
  s.blocked = core::Block{"AuthFailed", "the peer said: \"no\"", core::CallEnd::AuthFailed};
  s.ways = core::Ways::saved({{"isp", {true, 3}, core::CallEnd::AuthFailed}, {"\"other\"", {false, 1}}}, "isp");
  core::AppearanceRecord done;
  done.begun = at(1'799'990'000);
  done.ended = at(1'799'990'600);
  done.kind = "calendar";
  done.outcome = "idle";
  done.addresses = {ip("192.0.2.6")};
  done.next = at(1'799'999'000);
  done.notices = {{"mail", core::NoticeResult::Ok, "250 \"queued\", Zürich\n", at(1'799'990'010), 2}};
  core::AppearanceRecord now;
  now.begun = at(1'799'999'000);
  now.kind = "chain";
  now.outcome = "announcing";
  now.notices = {{"mail", core::NoticeResult::LinkGone, "", at(1'799'999'001), 1}, {"hook", {}, "", {}, 0}};
  s.past = {done, now};
  return s;
}

}  // namespace ghost::test
