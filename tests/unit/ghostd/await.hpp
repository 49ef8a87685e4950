// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <functional>

#include "loop/event_loop.hpp"

namespace ghost::test {

// Turns the loop until `done`, or until ten seconds have gone. `done` may take what it looks for: it is not asked again.
inline bool await(loop::EventLoop& loop, const std::function<bool()>& done) {
  const auto deadline = loop::now() + std::chrono::seconds(10);
  for (;;) {
    if (done()) return true;
    if (loop::now() >= deadline || !loop.turn(std::chrono::milliseconds(100))) return false;
  }
}

}  // namespace ghost::test
