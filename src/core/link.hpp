// SPDX-License-Identifier: GPL-2.0-or-later
// All that is decided about one link, as a value: step(event, clocks) → effects. No fd, no clock, no log, no disk.
//
// Two machines live in here and talk only in here: the call (LinkMachine) and the appearances (Appearances). One says "I am about
// to hang up", the other "hold the line so long", "say good-bye first", "good-bye is said". An event goes to the one that it
// concerns; what this one wants of the other is the next event of the same step, behind those that wait already. What leaves is
// for hands (src/ghostd): start this call, switch that route, send this notice, write this down.
//
// The promises of both hold together (tests/scenario/random_run_test.cpp):
//   - those of LinkMachine and of AppearanceMachine;
//   - nothing is told before it is on disk, or 2 s have passed;
//   - who has promised a good-bye says it, or runs out of time, before a hang-up in order.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/appearances.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {

// Whether a link that has these settings is hung up before it gets those: its addresses or routes are other ones.
[[nodiscard]] bool needs_another_place(const LinkConfig& before, const LinkConfig& then);

using LinkEvent = std::variant<Event, AppearancesEvent>;

// SayFarewell is not among them: it is the appearances' business.
using LinkEffect =
    std::variant<StartCall, EndCall, PrepareInterface, AskFarEnd, StopAsking, Handover, Reinject, SettleQueue, RefuseFamily,
                 RouteBack, CheckDrained, AskIdle, ForgetAddress, SetBlocked, GiveUpPlace, PlaceChanged, Save, AskTimer,
                 TickJudged, MakeReady, Tell, Echo, Abandon, NoticeNews, TellAppeared, TellVanished>;

struct LinkStep {
  std::vector<LinkEffect> effects;  // in order
  std::vector<Transition> transitions;
  bool only_packets = true;  // packets came, waited or were sent on, and nothing else has changed
};

class Link {
 public:
  Link(LinkConfig config, LinkMemory memory, Surroundings around, Clocks clocks);

  [[nodiscard]] LinkStep step(LinkEvent event, Clocks clocks);

  // When step(DeadlinePassed) is wanted: by CLOCK_BOOTTIME, and by CLOCK_REALTIME. nullopt: nothing to wait for.
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] std::optional<WallTime> wall_deadline() const { return appearances_.wall_deadline(); }

  [[nodiscard]] LinkStatus status(WallTime now) const;
  [[nodiscard]] const LinkMachine& call() const { return call_; }
  // What outlives ghostd: Save asks for it to be written.
  [[nodiscard]] const LinkMemory& memory() const { return appearances_.memory(); }
  // There is, or was once, a timer that asks for appearances.
  [[nodiscard]] bool scheduled() const { return appearances_.scheduled(); }

 private:
  void on(Event&& event);
  void on(AppearancesEvent&& event);
  void call(Event event);
  void take(std::vector<AppearancesEffect> effects);

  LinkMachine call_;
  Appearances appearances_;

  std::deque<Event> inner_;  // of the step under way
  Clocks clocks_{};
  LinkStep out_;
};

}  // namespace ghost::core
