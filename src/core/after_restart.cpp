// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/after_restart.hpp"

#include <algorithm>

#include "core/meeting.hpp"

namespace ghost::core {
namespace {

// The hold of an appearance that is taken up only so that its end can be told.
constexpr Duration kFarewellOnly = std::chrono::seconds(1);

}  // namespace

// clang-format off
struct AfterRestart::MeansNothing
    : List<
          // It is not known which calls live.
          In<Interrupted, CallSeen>,
          // The calls are listed once. What follows is decided.
          In<EndOwed, CallsListed>, In<Decided, CallsListed, CallSeen>> {
  template <class S, class E>
  static constexpr bool means = requires(AfterRestart& machine, S& state, E& event) { machine.on(state, event); };
};
// clang-format on

template <class Event>
AfterRestart::Wanted AfterRestart::meet(const Event& event) {
  Wanted out;
  meet_state<MeansNothing>(state_, event, [&](auto& state, auto& met) { out = on(state, met); });
  return out;
}

AfterRestart::Wanted AfterRestart::step(const CallsListed& event) { return meet(event); }
AfterRestart::Wanted AfterRestart::step(const CallSeen& event) { return meet(event); }

AfterRestart::Wanted AfterRestart::on(const Interrupted& interrupted, const CallsListed& event) {
  const auto [begun, until] = interrupted;
  state_ = Decided{};
  if (event.ended_on_purpose) return {};
  // If the clock was put back, the hold must not become longer.
  if (until && *until > event.now)
    return {std::min<Duration>(*until - event.now, *until - begun), AskTimer{TimerQuestion::tell_next}};
  if (event.call_lives && event.anybody_told) state_ = EndOwed{};
  if (until) return {};
  return {{}, AskTimer{TimerQuestion::keep_promise}};  // no receiver was told, so it begins once more
}

AfterRestart::Wanted AfterRestart::on(const EndOwed&, const CallSeen& event) {
  if (!event.carries && event.calling) return {};
  state_ = Decided{};
  if (!event.carries || event.under_way) return {};
  return {kFarewellOnly, {}};
}

}  // namespace ghost::core
