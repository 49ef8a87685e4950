// SPDX-License-Identifier: GPL-2.0-or-later
// When a link's appearances begin, when notices of them may leave, and what is saved first. AppearanceMachine decides which
// notifier is told what. This class decides what surrounds it: who keeps a promise, and whether the call is complete enough to
// tell its address. It also decides whether the disk has what a notice says, and what becomes of an appearance that an earlier
// ghostd began. Pure: both clocks, the time zone and chance are arguments.
//
//   awaited                        until
//   the call to settle             both families and the name servers known, or 3 s (Settling)
//   the timer's service            its next elapse told, or the same 3 s (Settling)
//   the disk                       Written for the newest Save, or 2 s, because a disk that hangs must not keep a notice back (Unwritten)
//   the promise's time             the real-time clock (wall_deadline()); then systemd is asked whether the timer is active (AskTimer)
//   the call of an earlier ghostd  its address (AfterRestart), so that notifiers that were told of it are told its end
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/appearance_machine.hpp"
#include "core/config.hpp"
#include "core/link_event.hpp"
#include "core/link_machine.hpp"
#include "core/link_memory.hpp"
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
// systemd signals that the link's timer is active, or no longer is. Until the first such signal, ghostd keeps no promise.
struct TimerSeen {
  bool active = false;
};
// Why ghostd asks systemd once more whether the timer is active. The signal may still be on its way.
enum class TimerQuestion : std::uint8_t { keep_promise, tell_next };
// The answer to AskTimer, if the timer is active. If it is not, there is no answer.
struct TimerIsActive {
  TimerQuestion question = TimerQuestion::keep_promise;
};
// A person or a program set the real-time clock.
struct ClockSet {};
// The disk has everything up to this Save.
struct Written {
  std::uint64_t generation = 0;
};
using AppearancesEvent = std::variant<AppearAsked, TickAsked, TimerSeen, TimerIsActive, ClockSet, Written, NoticeAnswered>;

// ---- what is wanted done

// Write memory(), as it is after this step, to disk. Answered by Written.
struct Save {
  std::uint64_t generation;
  bool operator==(const Save&) const = default;
};
// Answered by TimerIsActive, if the timer is active.
struct AskTimer {
  TimerQuestion question;
  bool operator==(const AskTimer&) const = default;
};
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
// The call through which a notice or a question leaves.
struct Via {
  std::vector<IpAddress> local, dns;
  bool operator==(const Via&) const = default;
};
// For the journal: how a notice, or one of its attempts, ended.
struct NoticeNews {
  NoticeStatus notice;
  bool operator==(const NoticeNews&) const = default;
};
// Answered by exactly one NoticeAnswered.
struct Tell {
  SendNotice what;
  Via via;
  bool operator==(const Tell&) const = default;
};
struct Echo {
  AskEcho what;
  Via via;
  bool operator==(const Echo&) const = default;
};
// The Event is for the link's own call machine.
using AppearancesEffect =
    std::variant<Event, Save, AskTimer, TickJudged, MakeReady, Tell, Echo, Abandon, NoticeNews, TellAppeared, TellVanished>;

// What core cannot find out by itself. The time zone may change while ghostd runs, so core asks for it each time.
struct Surroundings {
  Zone zone;
  Random random;
};

class Appearances {
 public:
  // `memory` is what an earlier ghostd saved.
  Appearances(const LinkConfig& config, LinkMemory memory, Surroundings around, Clocks clocks);

  [[nodiscard]] std::vector<AppearancesEffect> step(AppearancesEvent event, Clocks clocks);
  // From the call machine: after each of its steps; when it wants to say good-bye; when the supervisor has listed the calls that
  // exist already (call_lives: this link has one).
  [[nodiscard]] std::vector<AppearancesEffect> see(const LinkMachine& call, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> say_farewell(const std::string& reason, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> listen(bool call_lives, bool ended_on_purpose, Clocks clocks);
  [[nodiscard]] std::vector<AppearancesEffect> reconfigure(const LinkConfig& config, Clocks clocks);
  // deadline() or wall_deadline() has come.
  [[nodiscard]] std::vector<AppearancesEffect> time_passed(Clocks clocks);

  [[nodiscard]] std::optional<Time> deadline() const;
  // By CLOCK_REALTIME. After a ClockSet, the caller reads it again.
  [[nodiscard]] std::optional<WallTime> wall_deadline() const { return alarm_; }

  [[nodiscard]] AppearanceStatus status(WallTime now) const;
  [[nodiscard]] const LinkMemory& memory() const { return memory_; }
  // The link has or once had a timer that asks for appearances.
  [[nodiscard]] bool scheduled() const { return memory_.promise || memory_.timer_next; }

 private:
  using Out = std::vector<AppearancesEffect>;
  // The call carries. The first notice waits until the call is complete.
  struct Settling {
    LinkSeen seen;  // what the machine sees when the wait ends
    Time give_up;
    bool call_settled;  // only the timer's service is still awaited
  };
  // A notice whose content is not on disk yet.
  struct Unwritten {
    Tell notice;
    Time give_up;
  };
  enum class AfterRestart : std::uint8_t { nothing, up_again };

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
  void keep_promise();
  void tell_next();
  void set_alarm() { alarm_ = memory_.promise; }
  void settle();
  void send_unwritten(Time until);
  void remember(const Remember& what);
  void remember_block(const LinkMachine& call);
  void save();
  void make_ready(bool calling);
  void effect(AppearancesEffect e) { out_.push_back(std::move(e)); }
  [[nodiscard]] std::optional<WallTime> next(WallTime now) const;  // as saved, whether or not a timer keeps it

  AppearConfig config_;
  bool anybody_;  // the link has a notifier
  Surroundings around_;
  LinkMemory memory_;
  bool interrupted_;                   // the appearance in `memory_` was under way …
  std::optional<WallTime> was_until_;  // … and was to last until this time
  AfterRestart after_restart_ = AfterRestart::nothing;
  AppearanceMachine machine_;
  Via via_;          // of the present or last call
  bool up_ = false;  // the link, when it was last seen
  bool timer_active_ = false;
  bool next_follows_ = false;      // the timer's service will soon tell the next promise
  std::optional<WallTime> alarm_;  // the promise, until its time has come
  std::optional<Settling> settling_;
  std::vector<Unwritten> unwritten_;       // the oldest first
  std::uint64_t saved_ = 0, written_ = 0;  // generations: requested, and on disk
  bool ready_ = false;

  Clocks clocks_{};
  Out out_;
};

}  // namespace ghost::core
