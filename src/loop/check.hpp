// SPDX-License-Identifier: GPL-2.0-or-later
// sd-event's results as exceptions. For the files of this directory.
#pragma once
#include <system_error>

namespace ghost::loop {

// r: what a function of sd-event(3) returned. Throws std::system_error if that is a negative errno.
inline int check(int r, const char* what) {
  if (r < 0) throw std::system_error(-r, std::generic_category(), what);
  return r;
}

}  // namespace ghost::loop
