// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/bus_pump.hpp"

#include <ctime>
#include <system_error>
#include <utility>

#include "bus/sdbus_seam.hpp"

namespace ghost::bus {
namespace {

void check(int r, const char* what) {
  if (r < 0) throw std::system_error(-r, std::generic_category(), what);
}

}  // namespace

BusPump::BusPump(loop::EventLoop& loop, sdbus::IConnection& bus, Lost lost)
    : loop_(loop), bus_(bus), lost_(std::move(lost)), report_(loop, [this] {
        // Copies, because the callback may destroy us.
        const auto call = lost_;
        const auto why = why_;
        call(why);
      }) {
  sd_event_source* s = nullptr;
  check(sd_event_add_io(loop.raw(), &s, bus_.getEventLoopPollData().fd, 0, on_io, this), "sd_event_add_io");
  io_.reset(s);
  check(sd_event_add_time(loop.raw(), &s, CLOCK_MONOTONIC, 0, 1, on_time, this), "sd_event_add_time");
  time_.reset(s);
  check(sd_event_source_set_prepare(io_.get(), on_prepare), "sd_event_source_set_prepare");
  sd_event_source_set_description(io_.get(), "bus-io");
  sd_event_source_set_description(time_.get(), "bus-time");
}

int BusPump::on_prepare(sd_event_source*, void* self) noexcept {
  auto& pump = *static_cast<BusPump*>(self);
  try {
    pump.prepare();
  } catch (const sdbus::Error& e) {
    pump.fail(e.what());
  } catch (...) {
    pump.loop_.fail_with_current_exception();
  }
  return 0;
}

int BusPump::on_io(sd_event_source*, int, std::uint32_t, void* self) noexcept {
  static_cast<BusPump*>(self)->process();
  return 0;
}

int BusPump::on_time(sd_event_source*, std::uint64_t, void* self) noexcept {
  static_cast<BusPump*>(self)->process();
  return 0;
}

void BusPump::prepare() {
  const auto data = bus_.getEventLoopPollData();
  check(sd_event_source_set_io_events(io_.get(), static_cast<std::uint32_t>(data.events)), "sd_event_source_set_io_events");
  const auto when = deadline(data);
  if (when != UINT64_MAX) check(sd_event_source_set_time(time_.get(), when), "sd_event_source_set_time");
  check(sd_event_source_set_enabled(time_.get(), when == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT),
        "sd_event_source_set_enabled");
}

// One message per turn. If others wait in the queue, the next deadline is "now", and other sources get their share.
void BusPump::process() noexcept {
  try {
    process_one(bus_);
  } catch (const sdbus::Error& e) {
    fail(e.what());
  } catch (...) {
    loop_.fail_with_current_exception();
  }
}

void BusPump::fail(const char* why) {
  sd_event_source_set_enabled(io_.get(), SD_EVENT_OFF);
  sd_event_source_set_enabled(time_.get(), SD_EVENT_OFF);
  if (!why_.empty()) return;
  why_ = why;
  report_.run_soon();
}

}  // namespace ghost::bus
