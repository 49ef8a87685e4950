// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd's place on a private bus. The real BusService takes it, in a thread with its own loop, with Requests that record
// and answer as they are told. Everything but the record is touched in that thread alone: in_loop().
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "bus/bus_service.hpp"
#include "core/time.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::test {

std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> connect_to(const std::string& address);

class TestServer final : private bus::Requests {
 public:
  // Publishes `links`, then takes the name.
  TestServer(const std::string& address, const std::vector<core::LinkStatus>& links);
  ~TestServer() override;

  // Runs in the server's loop, and returns when it has run.
  void in_loop(std::function<void(bus::BusService&)> work);
  void publish(core::LinkStatus status);
  void remove(std::string link);

  // "connect isp", "reload", … in order; and forgets them.
  std::vector<std::string> take_record();
  // The last caller of "connect isp", "reload", ….
  std::optional<bus::Asker> who_asked(const std::string& act);
  // How many callers the service has named.
  int asked_count();
  // The answer to a request from now on, by its record; accepted if nothing is set.
  void answer(const std::string& request, bus::RequestError error);
  // An additional action of a request, in the loop, before the answer.
  void on(const std::string& request, std::function<void(bus::BusService&)> act);
  // The answers of AppearTick and ListAppearances from now on.
  void answer_tick(bus::TickAnswer answer);
  void answer_appearances(std::vector<core::AppearanceRecord> records);
  void on_throw(const std::string& request);
  // Waits until the service has said that the bus is lost; what it said, or "" after ten seconds.
  std::string wait_lost();
  // Status of the loop, once it has ended.
  int join();

 private:
  bus::Accepted ask(const std::string& link, const bus::LinkAct& act) override;
  bus::Accepted reload() override { return record("reload"); }
  tl::expected<bool, bus::RequestError> leave() override {
    if (auto recorded = record("leave"); !recorded) return tl::unexpected(recorded.error());
    return true;
  }
  tl::expected<bus::TickAnswer, bus::RequestError> appear_tick(const std::string& link, core::TickKind kind,
                                                               std::optional<core::WallTime> timer_next) override;
  tl::expected<std::vector<core::AppearanceRecord>, bus::RequestError> appearances(const std::string& link) override;
  void asked(const std::string& word, const std::string& link, const bus::Asker& by) override;
  bus::Accepted record(const std::string& request);
  void serve(const std::string& address, const std::vector<core::LinkStatus>& links);

  std::mutex mutex_;
  std::vector<std::string> record_;
  std::map<std::string, bus::Asker> askers_;
  int asked_ = 0;
  std::map<std::string, bus::RequestError> answers_;
  std::map<std::string, std::function<void(bus::BusService&)>> acts_;
  bus::TickAnswer tick_;
  std::vector<core::AppearanceRecord> records_;
  std::vector<std::function<void()>> work_;
  std::string lost_;
  bool stop_ = false;
  int status_ = -1;
  UniqueFd wake_;
  bus::BusService* service_ = nullptr;
  std::thread thread_;
};

// A link that is up, with every field set to something of its own.
core::LinkStatus sample_link(const std::string& name = "isp");

// With every field of the appearance set as well, as when one of its two receivers could not be reached.
core::AppearanceStatus sample_appearance();
core::WallTime wall(std::int64_t seconds_since_1970);

// Calls `done` until it is true; false after ten seconds.
bool eventually(const std::function<bool()>& done);

}  // namespace ghost::test
