// SPDX-License-Identifier: GPL-2.0-or-later
// A little world around one link: it answers effects with what a supervisor, a kernel and people do, plausible or not,
// and holds the link to its promises. One seed, one life; the same seed, the same life.
#pragma once
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

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
    core::Event event;
  };

  unsigned pick(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }
  bool chance(unsigned percent) { return pick(100) < percent; }
  Duration up_to(Duration most) { return Duration(std::uniform_int_distribution<Duration::rep>(0, most.count())(random_)); }
  IpAddress some_address(Family family);
  core::LinkConfig some_config();
  core::Event anything();
  core::Event some_packet();
  void later(Duration in, core::Event event);
  void later_gone(Duration in, CallSerial call, CallEnd reason);
  void next();

  void feed(core::Event event);
  void before(const core::Event& event);
  void after(const core::Step& step, std::string_view from);
  void see(const core::Event& event, const core::Effect& effect);
  core::SentOn sent_of(std::size_t packets, std::size_t lost);
  void plan_call(CallSerial call);
  void leaves(const core::PacketBytes& bytes, Family family);
  void promise(bool kept, const std::string& what);

  std::mt19937 random_;
  Seen& seen_;
  core::LinkMachine link_;
  Time now_{};
  bool sleepy_;         // timers come late, as after a suspend
  bool quiet_ = false;  // nobody asks for anything any more
  std::vector<Appointment> appointments_;
  std::vector<std::string> history_;
  std::optional<std::string> broken_;

  std::optional<CallSerial> live_;   // as far as the link was told
  CallSerial newest_ = CallSerial::none;
  bool routed_ = false;              // a handover that no RouteBack took back
  bool asked_idle_ = false;          // an answer to AskIdle is under way
  bool blocked_ = false;
  std::set<IpAddress> held_;         // handed over, not forgotten
  Time woken_ = Time::min();
  int at_once_ = 0;  // wake-ups in a row without the time moving on

  unsigned names_ = 0;
  std::uint64_t arrived_ = 0, on_the_way_ = 0;                // packets; of handovers not answered yet
  struct Waiting {
    int copies = 0;
    Time last{};
    unsigned order = 0;
  };
  std::map<core::PacketBytes, Waiting> waiting_;  // arrived and not sent on
  unsigned last_order_[2] = {};
};

}  // namespace ghost::test
