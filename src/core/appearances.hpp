// SPDX-License-Identifier: GPL-2.0-or-later
// When a link's appearances begin, when notices of them may leave, and what is saved first. AppearanceMachine decides which
// notifier is told what. Four values decide what surrounds it. This class gives each the events that concern it, and holds what
// is saved. Pure: both clocks, the time zone and chance are arguments.
//
//   who keeps the promise                                         PromiseKeeper (promise_keeper.hpp)
//   what becomes of an appearance that an earlier ghostd began    AfterRestart (after_restart.hpp)
//   whether the call is complete enough to tell its address       FirstNotice (first_notice.hpp)
//   whether the disk has what a notice says                       DiskGate (disk_gate.hpp)
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/after_restart.hpp"
#include "core/appearance_machine.hpp"
#include "core/config.hpp"
#include "core/disk_gate.hpp"
#include "core/first_notice.hpp"
#include "core/link_event.hpp"
#include "core/link_machine.hpp"
#include "core/link_memory.hpp"
#include "core/promise_keeper.hpp"
#include "core/schedule.hpp"

namespace ghost::core {

// ---- what happens

// A person asks for an appearance. Zero: the configured hold.
struct AppearAsked {
  Duration hold{};
};
// ghost-appear asks whether an appearance is due. If it is, the appearance begins. Answered by TickJudged.
struct TickAsked {
  TickKind kind = TickKind::resume;
  std::optional<WallTime> timer_next;
};
// TimerSeen, TimerIsActive, ClockSet: promise_keeper.hpp. Written: disk_gate.hpp. NoticeAnswered: notifier.hpp.
using AppearancesEvent = std::variant<AppearAsked, TickAsked, TimerSeen, TimerIsActive, ClockSet, Written, NoticeAnswered>;

// ---- what is wanted done

// The decision about a TickAsked, or about the promise that ghostd keeps itself.
struct TickJudged {
  Due due;
  bool operator==(const TickJudged&) const = default;
};
// A notice may leave soon, so its process may be started now. False: no notice will leave.
struct MakeReady {
  bool wanted;
  bool operator==(const MakeReady&) const = default;
};
// For the journal: how a notice, or one of its attempts, ended.
struct NoticeNews {
  NoticeStatus notice;
  bool operator==(const NoticeNews&) const = default;
};
struct Echo {
  AskEcho what;
  Via via;
  bool operator==(const Echo&) const = default;
};
// The Event is for the link's own call machine. AskTimer: promise_keeper.hpp. Save, Tell: disk_gate.hpp.
using AppearancesEffect =
    std::variant<Event, Save, AskTimer, TickJudged, MakeReady, Tell, Echo, Abandon, NoticeNews, TellAppeared, TellVanished>;

// What core cannot find out by itself. The time zone may change while ghostd runs, so core asks for it each time.
struct Surroundings {
  Zone zone;
  Random random;  // differs from machine to machine, and from start to start
};

class Appearances {
 public:
  // `memory` is what an earlier ghostd saved.
  Appearances(const LinkConfig& config, LinkMemory memory, Surroundings around, Clocks clocks);

  [[nodiscard]] std::vector<AppearancesEffect> step(AppearancesEvent event, Clocks clocks);
  // From the call machine. see(): after each of its steps. say_farewell(): when it wants to say good-bye. listen(): when the
  // supervisor has listed the calls that exist already (call_lives: this link has one).
  [[nodiscard]] std::vector<AppearancesEffect> see(const LinkMachine& call, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> say_farewell(const SayFarewell& asked, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> listen(bool call_lives, bool ended_on_purpose, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> reconfigure(const LinkConfig& config, Clocks clocks);
  // deadline() or wall_deadline() has come.
  [[nodiscard]] std::vector<AppearancesEffect> time_passed(Clocks clocks);
  // Its time to wait for a call is up, or for its good-bye.
  [[nodiscard]] bool gives_up(Clocks clocks) const;

  [[nodiscard]] std::optional<Time> deadline() const;
  // By CLOCK_REALTIME. After a ClockSet, the caller reads it again.
  [[nodiscard]] std::optional<WallTime> wall_deadline() const { return keeper_.deadline(); }

  [[nodiscard]] AppearanceStatus status(WallTime now) const;
  [[nodiscard]] const LinkMemory& memory() const { return memory_; }
  // The link has or once had a timer that asks for appearances.
  [[nodiscard]] bool scheduled() const { return memory_.promise || memory_.timer_next; }

 private:
  using Out = std::vector<AppearancesEffect>;

  void on(const AppearAsked& event);
  void on(const TickAsked& event);
  void on(const TimerSeen& event);
  void on(const TimerIsActive& event);
  void on(const ClockSet&);
  void on(const Written& event);
  void on(const NoticeAnswered& event);

  template <class Act>
  Out at(Clocks clocks, Act act);
  void machine(AppearEvent event);
  void act(AppearEffect effect);
  void decide(TickKind kind, std::optional<WallTime> timer_next);
  void tell_next();
  void take_up(const AfterRestart::Wanted& wanted);
  void send(std::vector<Tell> notices);
  void remember(const Remember& what);
  void remember_call(const LinkMachine& call);
  void save();
  void make_ready(bool calling);
  [[nodiscard]] std::optional<Time> deadline_of_machine() const;
  void effect(AppearancesEffect e) { out_.push_back(std::move(e)); }
  [[nodiscard]] FirstNotice::Awaits awaits(const LinkMachine& call) const;
  [[nodiscard]] std::optional<WallTime> next(WallTime now) const;  // as saved, whether or not a timer keeps it

  AppearConfig config_;
  bool anybody_;  // the link has a notifier
  Surroundings around_;
  LinkMemory memory_;
  std::optional<Time> waits_until_;  // what memory_.not_before was last taken from
  Ladder::Past ladder_;              // the same of memory_.ladder
  AfterRestart after_restart_;
  PromiseKeeper keeper_;
  FirstNotice first_notice_;
  DiskGate disk_;
  AppearanceMachine machine_;
  LinkSeen link_;  // as it was last seen
  Via via_;        // of the present or last call

  Clocks clocks_{};
  Out out_;
};

}  // namespace ghost::core
