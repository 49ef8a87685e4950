// SPDX-License-Identifier: GPL-2.0-or-later
// sd-bus calls callbacks from C code, and only sdbus::Error may cross that. Any other exception ends the loop, as it would from a source.
#pragma once
#include <utility>

#include "loop/event_loop.hpp"

namespace ghost::bus {

template <class F>
auto guarded(loop::EventLoop& loop, F f) {
  return [&loop, f = std::move(f)](auto&&... args) {
    try {
      f(std::forward<decltype(args)>(args)...);
    } catch (...) {
      loop.fail_with_current_exception();
    }
  };
}

}  // namespace ghost::bus
