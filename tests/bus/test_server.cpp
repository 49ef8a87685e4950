// SPDX-License-Identifier: GPL-2.0-or-later
#include "test_server.hpp"

#include <poll.h>
#include <sdbus-c++/IConnection.h>
#include <sys/eventfd.h>

#include <chrono>
#include <exception>
#include <future>
#include <stdexcept>
#include <utility>

#include "loop/sources.hpp"

namespace ghost::test {

std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> connect_to(const std::string& address) {
  return {sdbus::createSessionBusConnectionWithAddress(address).release(), [](sdbus::IConnection* c) { delete c; }};
}

TestServer::TestServer(const std::string& address, const std::vector<core::LinkStatus>& links)
    : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  auto ready = std::make_shared<std::promise<void>>();
  auto is_ready = ready->get_future();
  work_.push_back([ready] { ready->set_value(); });
  ::eventfd_write(wake_.get(), 1);
  thread_ = std::thread([this, address, links, ready] {
    try {
      serve(address, links);
    } catch (...) {
      ready->set_exception(std::current_exception());  // once it was ready, this ends the test: so it should
    }
  });
  try {
    is_ready.get();
  } catch (...) {
    thread_.join();
    throw;
  }
}

void TestServer::serve(const std::string& address, const std::vector<core::LinkStatus>& links) {
  loop::EventLoop loop;
  const auto connection = connect_to(address);
  bus::BusService service(loop, *connection, *this, [this](const std::string& why) {
    const std::lock_guard lock(mutex_);
    lost_ = why;
  });
  for (const auto& link : links) service.publish(link);
  service.request_name();
  service_ = &service;
  const loop::IoSource wake(loop, wake_.get(), EPOLLIN, [&](std::uint32_t) {
    eventfd_t n = 0;
    ::eventfd_read(wake_.get(), &n);
    std::vector<std::function<void()>> work;
    {
      const std::lock_guard lock(mutex_);
      work.swap(work_);
      if (stop_) loop.exit(0);
    }
    for (auto& w : work) w();
  });
  status_ = loop.run();
}

TestServer::~TestServer() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

int TestServer::join() {
  thread_.join();
  return status_;
}

void TestServer::in_loop(std::function<void(bus::BusService&)> work) {
  std::promise<void> done;
  {
    const std::lock_guard lock(mutex_);
    work_.push_back([&] {
      work(*service_);
      done.set_value();
    });
  }
  ::eventfd_write(wake_.get(), 1);
  done.get_future().get();
}
void TestServer::publish(core::LinkStatus status) {
  in_loop([&](bus::BusService& s) { s.publish(status); });
}
void TestServer::remove(std::string link) {
  in_loop([&](bus::BusService& s) { s.remove(link); });
}

bus::Accepted TestServer::ask(const std::string& link, const bus::LinkAct& act) {
  const std::string word = std::visit([](const auto& a) { return a.kWord; }, act);
  const auto* appear = std::get_if<bus::act::Appear>(&act);
  return record(word + " " + link + (appear ? " " + std::to_string(appear->hold.count()) : ""));
}

void TestServer::asked(const std::string& word, const std::string& link, const bus::Asker& by) {
  const std::lock_guard lock(mutex_);
  askers_[link.empty() ? word : word + " " + link] = by;
  ++asked_;
}

int TestServer::asked_count() {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::optional<bus::Asker> TestServer::who_asked(const std::string& act) {
  const std::lock_guard lock(mutex_);
  const auto at = askers_.find(act);
  return at == askers_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<std::string> TestServer::take_record() {
  const std::lock_guard lock(mutex_);
  return std::exchange(record_, {});
}
void TestServer::answer(const std::string& request, bus::RequestError error) {
  const std::lock_guard lock(mutex_);
  answers_[request] = std::move(error);
}
void TestServer::on(const std::string& request, std::function<void(bus::BusService&)> act) {
  const std::lock_guard lock(mutex_);
  acts_[request] = std::move(act);
}
void TestServer::on_throw(const std::string& request) {
  on(request, [](bus::BusService&) { throw std::logic_error("a fault of the test's own"); });
}

void TestServer::answer_tick(bus::TickAnswer answer) {
  const std::lock_guard lock(mutex_);
  tick_ = answer;
}
void TestServer::answer_appearances(std::vector<core::AppearanceRecord> records) {
  const std::lock_guard lock(mutex_);
  records_ = std::move(records);
}

tl::expected<bus::TickAnswer, bus::RequestError> TestServer::appear_tick(const std::string& link, core::TickKind kind,
                                                                         std::optional<core::WallTime> timer_next) {
  const char* word = kind == core::TickKind::calendar ? "calendar" : kind == core::TickKind::chain ? "chain" : "resume";
  const auto next = timer_next ? std::to_string(timer_next->time_since_epoch().count()) : "never";
  if (const auto accepted = record("tick " + link + " " + word + " " + next); !accepted) return tl::unexpected(accepted.error());
  const std::lock_guard lock(mutex_);
  return tick_;
}

tl::expected<std::vector<core::AppearanceRecord>, bus::RequestError> TestServer::appearances(const std::string& link) {
  if (const auto accepted = record("appearances " + link); !accepted) return tl::unexpected(accepted.error());
  const std::lock_guard lock(mutex_);
  return records_;
}

bus::Accepted TestServer::record(const std::string& request) {
  std::function<void(bus::BusService&)> act;
  {
    const std::lock_guard lock(mutex_);
    record_.push_back(request);
    if (const auto it = answers_.find(request); it != answers_.end()) return tl::unexpected(it->second);
    if (const auto it = acts_.find(request); it != acts_.end()) act = it->second;
  }
  if (act) act(*service_);
  return {};
}

std::string TestServer::wait_lost() {
  std::string lost;
  eventually([&] {
    const std::lock_guard lock(mutex_);
    lost = lost_;
    return !lost.empty();
  });
  return lost;
}

core::LinkStatus sample_link(const std::string& name) {
  const auto now = loop::now();
  core::LinkStatus s;
  s.name = name;
  s.description = "Office ISP";
  s.state = "up";
  s.since = now - std::chrono::seconds(90);
  s.reason = "trigger";
  s.detail = "CONNECT 33600";
  s.trigger = "udp 192.0.0.2:5353 -> 9.9.9.9:53";
  s.peer = "second";
  s.peers = {{"first", "AuthFailed"}, {"second", ""}};
  s.interface = "ppp-" + name;
  s.demand_interface = "gd-" + name;
  s.stable_addresses = {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("2001:db8::2")};
  s.local_addresses = {*IpAddress::parse("10.64.1.7")};
  s.remote_address = IpAddress::parse("10.64.0.1");
  s.dns = {*IpAddress::parse("10.64.0.53")};
  s.calls = 3;
  s.buffered_packets = 4;
  s.buffered_bytes = 500;
  s.replayed_packets = 60;
  s.drops[core::Drop::budget] = 4;
  s.drops[core::Drop::too_big] = 3;
  s.stopped = {.noise = 5, .unasked = 0, .escaped = 1};
  s.coalesced_packets = 8;
  s.malformed_packets = 9;
  s.idle_deadline = now + std::chrono::seconds(200);
  s.failures = 1;
  return s;
}

core::WallTime wall(std::int64_t seconds_since_1970) { return core::WallTime(std::chrono::seconds(seconds_since_1970)); }

core::AppearanceStatus sample_appearance() {
  core::AppearanceStatus a;
  a.state = "present";
  a.asked = 2;
  a.last = wall(1'800'000'000);
  a.next = wall(1'800'001'830);
  a.until = wall(1'800'000'600);
  a.sequence = 41;
  a.carrier_nat = true;
  a.addresses = {*IpAddress::parse("203.0.113.9"), *IpAddress::parse("2001:db8::9")};
  a.notices = {
      {.name = "mail", .result = core::NoticeResult::Ok, .detail = "250 queued", .at = wall(1'800'000'003), .attempts = 1},
      {.name = "dns", .result = std::nullopt, .detail = "Later: SERVFAIL", .at = wall(1'800'000'004), .attempts = 2}};
  return a;
}

bool eventually(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

}  // namespace ghost::test
