// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of an appearance that an earlier ghostd left under way. The time that receivers were told holds across a restart and
// a crash. Receivers that were told of it are told its end, even if its time is over.
//
//   from         to       when
//   Interrupted  Decided  the calls are listed: the appearance is continued until its time, or nobody is to be told its end
//                EndOwed  the calls are listed: its time is over, its call lives, and receivers were told
//   EndOwed      Decided  that call carries: the appearance is taken up so that its end can be told; or that call is over
//
// An appearance that began but had told nobody keeps its promise: systemd is asked whether the timer is active (AskTimer).
#pragma once
#include <optional>
#include <variant>

#include "core/promise_keeper.hpp"
#include "core/time.hpp"

namespace ghost::core {

class AfterRestart {
 public:
  // What is to be done, in this order.
  struct Wanted {
    std::optional<Duration> hold;      // the appearance begins again and holds the link this long
    std::optional<AskTimer> question;  // to systemd
    bool operator==(const Wanted&) const = default;
  };
  // The supervisor has listed the calls that live.
  struct CallsListed {
    bool call_lives;        // this link has one
    bool ended_on_purpose;  // a person has hung up since ghostd started
    bool anybody_told;      // a receiver was told an address, and was not told its end
    WallTime now;
  };
  // The call, after each of its steps.
  struct CallSeen {
    bool carries;
    bool calling;    // the link has a call
    bool under_way;  // an appearance of this ghostd
  };

  // No appearance was interrupted.
  AfterRestart() = default;
  // until: receivers were told that it lasts at least until then. nullopt: no receiver was told.
  AfterRestart(WallTime begun, std::optional<WallTime> until) : state_(Interrupted{begun, until}) {}

  // The calls are not listed yet.
  [[nodiscard]] bool interrupted() const { return std::holds_alternative<Interrupted>(state_); }
  [[nodiscard]] Wanted step(const CallsListed& event);
  [[nodiscard]] Wanted step(const CallSeen& event);

 private:
  struct Decided {};
  struct Interrupted {
    WallTime begun;
    std::optional<WallTime> until;
  };
  struct EndOwed {};

  struct MeansNothing;
  // The present state answers: by one of the following, or by a line of MeansNothing (after_restart.cpp).
  template <class Event>
  Wanted meet(const Event& event);

  Wanted on(const Interrupted& interrupted, const CallsListed& event);
  Wanted on(const EndOwed&, const CallSeen& event);

  std::variant<Decided, Interrupted, EndOwed> state_;
};

}  // namespace ghost::core
