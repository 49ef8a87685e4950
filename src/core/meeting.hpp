// SPDX-License-Identifier: GPL-2.0-or-later
// A list for the compiler: which events mean nothing in which states. A machine lists each such pair once, with its reason. Each
// other pair has an overload of its on(State&, Event). A pair in both or in neither does not compile.
//
//   struct Machine::MeansNothing : List<In<Idle, LinkSeen, FarewellAsked>,   // why
//                                       In<Vanishing, FarewellAsked>> {};    // why
#pragma once
#include <type_traits>

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

}  // namespace ghost::core
