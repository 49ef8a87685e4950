// SPDX-License-Identifier: GPL-2.0-or-later
// std::visit with one lambda per type. Never give it a generic lambda: the compiler must complain about a forgotten
// alternative.
#pragma once

namespace ghost {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace ghost
