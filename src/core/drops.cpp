// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/drops.hpp"

namespace ghost::core {

std::string_view to_string(Drop drop) {
  switch (drop) {
    case Drop::budget: return "budget";
    case Drop::age: return "age";
    case Drop::disconnected: return "disconnected";
    case Drop::blocked: return "blocked";
    case Drop::family: return "family";
    case Drop::too_big: return "too-big";
    case Drop::queue: return "queue";
    case Drop::refused: return "refused";
    case Drop::tun: return "tun";
    case Drop::foreign: return "foreign";
    case Drop::impaired: return "impaired";
  }
  return "";
}

}  // namespace ghost::core
