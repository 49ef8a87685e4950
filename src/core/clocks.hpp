// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "core/notice.hpp"
#include "core/time.hpp"

namespace ghost::core {

// Both clocks, read together: waits are measured by the one, people are told the other.
struct Clocks {
  Time now{};
  WallTime wall{};
  bool operator==(const Clocks&) const = default;
};

}  // namespace ghost::core
