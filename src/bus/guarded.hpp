// SPDX-License-Identifier: GPL-2.0-or-later
// What sd-bus calls back is C underneath: no exception but sdbus::Error may cross it. Any other ends the loop, as it would from a source.
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
