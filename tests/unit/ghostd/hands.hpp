// SPDX-License-Identifier: GPL-2.0-or-later
// A real link, the real queue of its events and a real Executor. The hands are fakes: they note what they are to do, in order, and
// answer as the test wants. Time is the test's.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "ghostd/event_queue.hpp"
#include "ghostd/executor.hpp"
#include "scenario.hpp"

namespace ghost::test {

struct Hands final : daemon::Path,
                     daemon::CallQueue,
                     daemon::FarEnd,
                     daemon::Netfilter,
                     daemon::Bearer,
                     daemon::NoticePort,
                     daemon::Memory,
                     daemon::BusPort,
                     daemon::Places {
  std::vector<std::string> done;  // in order
  // How the outside is.
  bool supervisor_is_there = true;
  bool kernel_refuses = false;  // settings, routes, conntrack and the table
  bool routes_stay = false;     // those that are to be given up
  std::optional<std::string> handover_error;
  std::optional<core::Duration> idle_left_ = core::Duration::zero();  // nullopt: the kernel does not know
  std::uint32_t received_ = 0;
  bool queue_is_dry = true, replay_has_left = true;
  std::function<void(const std::string& act)> during = [](const std::string&) {};  // something happens in the meantime

  core::HandedOver hand_over(CallSerial serial, Family family, std::vector<core::PacketBytes> packets) override;
  core::SentOn send_on(const std::vector<core::PacketBytes>& packets) override;
  net::Result<void> refuse(Family family, bool refuse) override;
  net::Result<void> route_back(std::optional<Family> family) override {
    return kernel(words(core::LinkEffect(core::RouteBack{family})));
  }
  net::Result<void> give_up(const std::string& link) override;
  void place_changed() override { note("place changed"); }
  net::Result<void> prepare() override { return kernel("prepare"); }
  void ask(const IpAddress& local, const std::vector<IpAddress>& targets) override;
  void stop() override { note("stop asking"); }
  bool settle(bool force) override;
  bool drained() override;
  std::optional<std::uint32_t> received() override {
    note("received?");
    return received_;
  }
  net::Result<core::Duration> idle_left() override;
  net::Result<void> forget(const IpAddress& address) override { return kernel("forget " + address.str()); }
  net::Result<void> set_blocked(bool blocked) override { return kernel(blocked ? "block" : "unblock"); }
  bool dial(const std::string& link, CallSerial serial, const std::string& peer) override;
  bool hang_up(const std::string& link, CallSerial serial) override;
  bool recover(const std::string& link, const core::Recover& step) override;
  std::string interface_of(const std::string& link) const override { return "call-" + link; }
  void make_ready(bool wanted) override { note(wanted ? "make ready" : "not ready"); }
  void send(Sending sending) override;
  void abandon(std::uint64_t id) override { note("abandon " + std::to_string(id)); }
  void launch() override;
  void save(std::uint64_t generation) override;
  void ask_timer(const std::string& link, core::TimerQuestion question) override;
  void answer_tick(const std::string& link, const core::Due& due) override;
  void appeared(const std::string& link, const core::TellAppeared& appearance) override;
  void vanished(const std::string& link, const std::string& reason) override { note(link + " vanished: " + reason); }

  std::uint64_t newest = 0;  // generation that was to be saved
  std::uint64_t notice = 0;  // the last that was told
 private:
  void note(std::string act);
  net::Result<void> kernel(const std::string& act);
  bool waiting_ = false;  // notices, for launch()
};

class Life {
 public:
  explicit Life(core::LinkConfig config = isp());

  // The event, and what follows from it until nothing waits: all that the hands did.
  std::vector<std::string> at(Duration when, core::LinkEvent event);
  // At the time that the link asked for; it is given, so that a test knows when it is.
  std::vector<std::string> due(Duration when);
  // The same, whenever that is: a pause after a failure is a little longer or shorter than configured.
  std::vector<std::string> due();
  // From within an act.
  void post(core::LinkEvent event) { queue_.post("isp", std::move(event)); }
  [[nodiscard]] std::string state() const { return words(link.call()); }
  // Up with 10.0.0.1 at `when`; nobody looks at what is done for it.
  void comes_up(Duration when);
  // Where the clock stands.
  Duration when{};

  Hands hands;
  core::Link link;

 private:
  void far_end_sends(Duration until);
  [[nodiscard]] core::Clocks clocks() const;
  daemon::Executor executor_;
  daemon::EventQueue queue_;
};

}  // namespace ghost::test
