// SPDX-License-Identifier: GPL-2.0-or-later
// A place in a file.
#pragma once
#include <string>

namespace ghost::config {

struct Where {
  std::string file;
  unsigned line = 0;
};

}  // namespace ghost::config
