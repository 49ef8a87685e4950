// SPDX-License-Identifier: GPL-2.0-or-later
// Drives an sdbus-c++ connection from our loop. The connection's poll data changes without notice: a synchronous call reads
// other messages into a queue, a pending call has a time-out. So a prepare callback reads it again before every poll.
// Otherwise calls would not be served, time-outs would fire late and signals would remain in the queue.
// tests/bus/pump_test.cpp tests all three. sdbus-c++ 2.x can attach itself to sd-event; docs/adr/0019-the-pump-stays.md says why it
// does not here.
//
// The pump never enters sdbus-c++'s own loop and no thread is made. Proxies on a pumped connection must be made with
// sdbus::createProxy(IConnection&, …): the overload that takes a unique_ptr starts a thread of its own.
#pragma once
#include <functional>
#include <string>

#include "loop/event_loop.hpp"
#include "loop/sources.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class BusPump {
 public:
  // Called once, at a turn of the loop of its own, when the connection is gone: the bus closed it or broke the protocol.
  // `why` is for people. The callback may destroy the pump and the connection.
  using Lost = std::function<void(const std::string& why)>;

  // `bus` is lent and must outlive the pump; so must `loop`. Throws std::system_error.
  BusPump(loop::EventLoop& loop, sdbus::IConnection& bus, Lost lost);
  BusPump(const BusPump&) = delete;
  BusPump& operator=(const BusPump&) = delete;

 private:
  struct Drop {
    void operator()(sd_event_source* s) const noexcept { sd_event_source_disable_unref(s); }
  };
  using Handle = std::unique_ptr<sd_event_source, Drop>;

  static int on_prepare(sd_event_source*, void* self) noexcept;
  static int on_io(sd_event_source*, int, std::uint32_t, void* self) noexcept;
  static int on_time(sd_event_source*, std::uint64_t, void* self) noexcept;
  void prepare();
  void process() noexcept;
  void fail(const char* why);

  loop::EventLoop& loop_;
  sdbus::IConnection& bus_;
  Lost lost_;
  std::string why_;
  loop::DeferSource report_;
  Handle io_;
  Handle time_;
};

}  // namespace ghost::bus
