// SPDX-License-Identifier: GPL-2.0-or-later
// std::visit with one lambda a type. Never give it a generic lambda: the compiler's complaint about a forgotten
// alternative is the point.
#pragma once

namespace ghost {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace ghost
