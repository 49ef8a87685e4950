// SPDX-License-Identifier: GPL-2.0-or-later
// What a far end has made of our name and secret. Each way to call has its own, because each has its own far end. It outlives ghostd.
#pragma once

namespace ghost::core {

struct Acceptance {
  bool ever = false;     // it has accepted them at least once
  unsigned refused = 0;  // how many times in a row it has refused them
  bool operator==(const Acceptance&) const = default;

  void accept() { *this = {true, 0}; }
};

}  // namespace ghost::core
