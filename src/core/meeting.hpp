// SPDX-License-Identifier: GPL-2.0-or-later
// How a machine's state meets an event, and a list for the compiler: which events mean nothing in which states. A machine lists each
// such pair once, with its reason. Each other pair has an overload of its on(State&, Event). A pair in both or in neither does not
// compile.
//
//   struct Machine::MeansNothing : List<In<Idle, LinkSeen, FarewellAsked>,   // why
//                                       In<Vanishing, FarewellAsked>> {      // why
//     template <class S, class E>
//     static constexpr bool means = requires(Machine& machine, S& state, E& event) { machine.on(state, event); };
//   };
#pragma once
#include <type_traits>
#include <variant>

namespace ghost::core {

// In this state these events mean nothing.
template <class State, class... Events>
struct In {
  template <class S, class E>
  static constexpr bool has = std::is_same_v<S, State> && (std::is_same_v<E, Events> || ...);
};

template <class... Rows>
struct List {
  template <class S, class E>
  static constexpr bool has = (Rows::template has<S, E> || ...);
};

// Calls on(state, event) with the present state of the variant. Nothing is the machine's list. The machine itself says which
// pairs have an overload (`means`), because its overloads are private. If a lambda asks, clang 14 looks at them from outside.
template <class Nothing, class States, class Event, class On>
void meet_state(States& states, Event& event, On on) {
  std::visit(
      [&]<class S>(S& state) {
        constexpr bool nothing = Nothing::template has<S, std::remove_const_t<Event>>;
        if constexpr (Nothing::template means<S, Event>) {
          static_assert(!nothing, "this meeting means something and is listed as meaning nothing");
          on(state, event);
        } else {
          static_assert(nothing, "nobody has thought of this meeting");
        }
      },
      states);
}

}  // namespace ghost::core
