// SPDX-License-Identifier: GPL-2.0-or-later
// All that is decided about one link, as a value: step(event, clocks) → effects. No fd, no clock, no log, no disk.
//
// A link consists of two machines that talk only here: the call (LinkMachine) and the appearances (Appearances). The call says "I
// am about to hang up". The appearances say "hold the line this long", "good-bye first", "good-bye is said". An event goes to the
// machine that it concerns. What this machine wants of the other becomes an event of the same step, behind those that wait
// already. The effects are for src/ghostd to carry out: start this call, switch that route, send this notice, save this.
//
// The promises of both hold together (tests/scenario/random_run_test.cpp):
//   - those of LinkMachine and of AppearanceMachine;
//   - no notice leaves before its content is on disk, or 2 s have passed;
//   - before a hang-up in order, each promised good-bye has been said or has run out of time.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/appearances.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {

// Whether a link must hang up before its settings change from `before` to `then`, because its addresses or routes differ.
[[nodiscard]] bool needs_another_place(const LinkConfig& before, const LinkConfig& then);

using LinkEvent = std::variant<Event, AppearancesEvent>;

// SayFarewell is not among them, because Appearances takes it.
using LinkEffect = std::variant<StartCall, EndCall, Recover, PrepareInterface, AskFarEnd, StopAsking, Handover, Reinject,
                                SettleQueue, RefuseFamily, RouteBack, CheckDrained, AskIdle, AskReceived, ForgetAddress,
                                SetBlocked, GiveUpPlace, PlaceChanged, Save, AskTimer, TickJudged, MakeReady, Tell, Echo, Abandon,
                                NoticeNews, TellAppeared, TellVanished>;

struct LinkStep {
  std::vector<LinkEffect> effects;  // in order
  std::vector<Transition> transitions;
  bool only_packets = true;  // only packets came, waited or were sent on; nothing else has changed
};

class Link {
 public:
  Link(LinkConfig config, LinkMemory memory, Surroundings around, Clocks clocks);

  [[nodiscard]] LinkStep step(LinkEvent event, Clocks clocks);

  // When step(DeadlinePassed) is wanted: by CLOCK_BOOTTIME, and by CLOCK_REALTIME. nullopt: nothing to wait for.
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] std::optional<WallTime> wall_deadline() const { return appearances_.wall_deadline(); }

  [[nodiscard]] LinkStatus status(WallTime now, const LinkInterfaces& interfaces = {}) const;
  [[nodiscard]] const LinkMachine& call() const { return call_; }
  // What the next ghostd gets to know. The effect Save asks for it to be written.
  [[nodiscard]] const LinkMemory& memory() const { return appearances_.memory(); }
  // The link has or once had a timer that asks for appearances.
  [[nodiscard]] bool scheduled() const { return appearances_.scheduled(); }

 private:
  void on(Event&& event);
  void on(AppearancesEvent&& event);
  void settle();
  void call(Event event);
  void take(std::vector<AppearancesEffect> effects);

  LinkMachine call_;
  Appearances appearances_;

  std::deque<Event> inner_;  // of the step under way
  Clocks clocks_{};
  LinkStep out_;
};

}  // namespace ghost::core
