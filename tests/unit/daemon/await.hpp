// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <functional>

#include "loop/event_loop.hpp"

namespace ghost::test {

// Turns the loop until `done`, or until ten seconds have gone.
inline bool await(loop::EventLoop& loop, const std::function<bool()>& done) {
  const auto deadline = loop::now() + std::chrono::seconds(10);
  while (!done() && loop::now() < deadline)
    if (!loop.turn(std::chrono::milliseconds(100))) break;
  return done();
}

}  // namespace ghost::test
