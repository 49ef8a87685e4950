// SPDX-License-Identifier: GPL-2.0-or-later
// A little world around one link. It answers effects with what a supervisor, a kernel, a disk, systemd's timers, receivers of
// notices and people do, plausible or not. It kills ghostd and starts it again, and holds the link to its promises: those of the
// call (world.cpp) and those of its appearances (world_notices.cpp). One seed, one life; the same seed, the same life.
#pragma once
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/link.hpp"
#include "scenario.hpp"

namespace ghost::test {

// How often what was seen, over many lives: a promise that was never put to the test is none.
using Seen = std::map<std::string, unsigned>;

class World {
 public:
  World(unsigned seed, Seen& seen);

  // So many steps of anything, then silence: the link must come to rest. Tells what promise was broken, if any, and what
  // led to it.
  std::optional<std::string> live(int steps);

 private:
  struct Appointment {
    Time at;
    core::LinkEvent event;
  };
  // A notice, as its receiver sees it.
  struct OnItsWay {
    std::string name;
    core::Notice notice;
    std::vector<IpAddress> knew;  // what was confirmed before it
    bool by_link = true;
  };

  unsigned pick(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  bool chance(unsigned percent) { return pick(100) < percent; }
  Duration up_to(Duration most) { return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_)); }
  IpAddress some_address(Family family);
  core::LinkConfig some_config();
  std::string some_peer();
  std::vector<core::AnnounceConfig> some_announces();
  core::LinkEvent anything();
  core::LinkEvent anything_of_appearances();
  core::LinkEvent some_wish();
  core::LinkEvent taken_away();
  core::Event step_report(const core::Recover& step);
  core::Event some_packet();
  void later(Duration in, core::LinkEvent event);
  void later_gone(Duration in, CallSerial call, CallEnd reason);
  void next();

  void feed(core::LinkEvent event);
  void before(const core::LinkEvent& event);
  void after(const core::LinkStep& step, core::Shown from);
  void see(const core::LinkEvent& event, const core::LinkEffect& effect);
  void learns(const core::Event& event);
  void learns(const core::AppearancesEvent& event);
  void see(const core::Tell& told);
  void see(const core::TellAppeared& told);
  void see(const core::RouteBack&);
  void see_way(const core::StartCall& start);
  void after_ways(const core::LinkEvent& event);
  [[nodiscard]] bool must_dial(const core::LinkEvent& event) const;
  void answer_notice();
  void after_notices();
  void restart();
  [[nodiscard]] const core::LinkMachine& call() const { return link_.call(); }
  [[nodiscard]] core::WallTime wall() const { return core::WallTime(now_.time_since_epoch()) + offset_; }
  [[nodiscard]] core::Clocks clocks() const { return {now_, wall()}; }
  [[nodiscard]] core::Surroundings around();
  core::SentOn sent_of(std::size_t packets, std::size_t lost);
  void plan_call(CallSerial call);
  void leaves(const core::PacketBytes& bytes, Family family);
  void promise(bool kept, const std::string& what);

  std::mt19937 random_;
  Seen& seen_;
  Time now_{};
  Duration offset_ = std::chrono::hours(24 * 365 * 56);  // of the real-time clock
  core::LinkMemory disk_;
  core::Link link_;
  bool sleepy_;         // timers come late, as after a suspend
  bool quiet_ = false;  // nobody asks for anything any more
  std::vector<Appointment> appointments_;
  std::vector<std::string> history_;
  std::optional<std::string> broken_;

  std::optional<CallSerial> live_;  // as far as the link was told
  CallSerial newest_ = CallSerial::none;
  std::optional<core::Recover> step_;                 // under way
  std::vector<Time> steps_;                           // when each was taken
  std::set<Family> routed_;                           // whose handover no RouteBack took back
  bool impaired_ = false;                             // the table is gone
  bool knows_ = false;                                // the link: whether a call lives that an earlier ghostd began
  std::optional<std::pair<IpAddress, Time>> asking_;  // whose far end has not answered, and how long that is waited for
  bool hung_up_ = false;                              // by a person, and nobody has asked for a call since
  bool asked_idle_ = false;                           // an answer to AskIdle is under way
  std::uint32_t received_ = 0;                        // packets of the far end
  core::Ways ways_;                                   // before the step
  std::optional<std::string> failed_by_;              // the peer of a call that never carried; nullopt: nobody knows of one
  bool must_dial_ = false;                            // this step, because a person asks and nothing forbids it
  bool blocked_ = false;
  std::optional<Time> stop_until_;   // until then nothing calls, because of a LeaveAsked
  std::optional<Time> sleep_until_;  // the same, because of a SleepAsked
  std::set<IpAddress> held_;         // handed over, not forgotten
  Time woken_ = Time::min();
  int at_once_ = 0;  // wake-ups in a row without the time moving on

  unsigned names_ = 0;
  std::uint64_t arrived_ = 0, on_the_way_ = 0;  // packets; of handovers not answered yet
  struct Waiting {
    int copies = 0;
    Time last{};
    unsigned order = 0;
  };
  std::map<core::PacketBytes, Waiting> waiting_;  // arrived and not sent on
  unsigned last_order_[2] = {};
  std::set<IpAddress> ppp_;  // addresses that the kernel has on ppp-<link>

  std::uint64_t saved_ = 0, written_ = 0;
  bool disk_hangs_ = false, timer_active_ = true;
  core::AppearanceStatus was_;  // before the step
  bool owed_farewell_ = false;  // before the step: somebody who was told is to be told the end
  bool farewell_begun_ = false;
  bool behind_good_bye_ = false;                       // the last call was hung up behind a good-bye
  bool asked_since_ = false, asked_for_this_ = false;  // a person asked: since the last appearance; for it
  std::map<std::uint64_t, OnItsWay> way_;
  std::map<std::string, std::vector<IpAddress>> confirmed_;
  std::set<std::string> unsettled_;                 // before the step: who is being told, or is to be tried again
  std::map<std::string, std::uint64_t> sequences_;  // by notifier
  std::map<std::uint64_t, Time> made_;              // when a notice of this number was first in memory
  std::map<std::string, Time> owed_;                // who is to be told, since when
};

}  // namespace ghost::test
