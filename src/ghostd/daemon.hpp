// SPDX-License-Identifier: GPL-2.0-or-later
// The wiring. Each edge pushes (link, event) into one queue. The Daemon empties it one step at a time, and does each step's
// effects in order. At the end of the loop's turn, it brings up to date what the bus shows.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bus/bus_service.hpp"
#include "bus/clock_question.hpp"
#include "bus/sleep_watch.hpp"
#include "config/load.hpp"
#include "core/announced.hpp"
#include "core/roll_call.hpp"
#include "core/time.hpp"
#include "ghostd/autoconf.hpp"
#include "ghostd/event_queue.hpp"
#include "ghostd/fd_store.hpp"
#include "ghostd/host_keeping.hpp"
#include "ghostd/names.hpp"
#include "ghostd/online.hpp"
#include "ghostd/status_line.hpp"
#include "ghostd/supervisor_client.hpp"
#include "ghostd/turn_end.hpp"
#include "net/rtnetlink_monitor.hpp"

namespace ghost::daemon {

struct Paths {
  std::string state_dir;          // must exist
  std::string supervisor_socket;  // where ghost-supervisor listens
  AppearPaths appear;
  config::Roots links{};  // what a reload reads
};

class Daemon final : public bus::Requests, private BusPort, private Places {
 public:
  // Takes over the host's routes. Throws std::runtime_error if the kernel refuses.
  Daemon(loop::EventLoop& loop, core::Config config, const Paths& paths);
  ~Daemon() override;

  // Reads the configuration again. If it has an error, nothing changes.
  [[nodiscard]] bus::Accepted reload() override;

 private:
  // ---- links, and the queue of their events: daemon.cpp
  [[nodiscard]] static core::LinkConfig named(core::LinkConfig config);
  void add_link(core::LinkConfig config, UniqueFd tun, unsigned index);
  void make_again(const std::string& link);
  void remove_link(const std::string& name);
  [[nodiscard]] net::Result<void> take_over();
  [[nodiscard]] net::Result<void> load_ruleset();
  [[nodiscard]] std::vector<std::string> blocked() const;
  [[nodiscard]] std::vector<Placed> placed() const;
  [[nodiscard]] unsigned free_index() const;
  [[nodiscard]] bool any_call() const;
  [[nodiscard]] bool any_waits() const;
  [[nodiscard]] bool any_call_before_sleep() const;

  void post(const std::string& link, core::LinkEvent event);
  void handle(const std::string& link, core::LinkEvent event);
  void judge(const Link& link, core::LinkEvent& event);
  void tell(const TurnEnd::Seen& seen);
  void show(const Link& link);
  void publish();
  void tell_manager();

  // ---- a reload: daemon_reload.cpp
  [[nodiscard]] net::Result<void> apply(core::Config config);
  void remove_parted();
  [[nodiscard]] net::Result<void> give_up(const std::string& link) override { return host_.give_up(links_.at(link)->placed()); }
  void place_changed() override { places_.run_soon(); }
  void set_up_places();

  // ---- the bus: daemon_requests.cpp
  [[nodiscard]] bus::Accepted ask(const std::string& link, const bus::LinkAct& act) override;
  [[nodiscard]] tl::expected<bool, bus::RequestError> leave() override;
  [[nodiscard]] bus::Accepted may_call(const std::string& link) const;
  void asked(const std::string& word, const std::string& link, const bus::Asker& by) override;
  void look(const std::string& link) override;
  [[nodiscard]] tl::expected<bus::TickAnswer, bus::RequestError> appear_tick(const std::string& link, core::TickKind kind,
                                                                             std::optional<core::WallTime> timer_next) override;
  [[nodiscard]] tl::expected<std::vector<core::AppearanceRecord>, bus::RequestError> appearances(
      const std::string& link) override;
  void watch_timer(const std::string& link);
  void forget_timer(const std::string& link);
  void ask_timer(const std::string& link, core::TimerQuestion question) override;
  void answer_tick(const std::string& link, const core::Due& due) override;
  void appeared(const std::string& link, const core::TellAppeared& appearance) override;
  void vanished(const std::string& link, const std::string& reason) override;
  void ask_clock(std::function<void(bool is_set)> answer);

  // ---- the supervisor: daemon_supervisor.cpp
  void supervisor_says(ppp::Message message);
  void supervisor_lost(const std::string& why);
  void hang_up_orphan(const std::string& link, CallSerial serial);
  void tell_names();
  void want(const core::RollCall::Wants& wants);
  void see_calls();
  void watch_sleep();
  void listen();

  // ---- the kernel's interfaces: daemon_kernel.cpp
  void watch_kernel();
  void kernel_says(std::uint32_t);
  // The link whose calls have an interface of this name. nullptr: none.
  [[nodiscard]] Link* link_of(const std::string& ifname) const;
  [[nodiscard]] std::vector<net::HeldAddress> held() const;
  [[nodiscard]] bool may_have(const std::string& link, const IpAddress& address);
  std::set<std::string> end_conflicting_calls();

  // ---- other programs on this host: daemon_beside.cpp
  void keep();
  void see_who_stands_in_front();
  void tell_what_stands_beside();

  loop::EventLoop& loop_;
  AppearPaths appear_paths_;
  config::Roots roots_;
  Inherited inherited_;
  Host host_;
  SupervisorClient supervisor_;
  std::map<std::string, std::unique_ptr<Link>> links_;
  std::unique_ptr<bus::BusService> bus_;
  std::optional<Autoconf> autoconf_;
  Names names_;
  Online online_;
  std::unique_ptr<bus::SleepWatch> sleep_;
  std::unique_ptr<bus::ClockQuestion> clock_;
  std::optional<net::RtnetlinkMonitor> monitor_;
  loop::IoSource monitor_io_;
  std::optional<HostKeeping> keeper_;
  std::vector<net::Explained> beside_;  // what was last logged about others' default routes
  loop::Timer roll_timer_;
  loop::DeferSource places_;  // deferred, because a link must not be removed within its own step

  EventQueue queue_;
  TurnEnd turn_end_;
  core::RollCall roll_;
  core::Announced announced_;
  bool names_told_ = false;  // the supervisor was last told names
  StatusLine status_line_;
};

}  // namespace ghost::daemon
