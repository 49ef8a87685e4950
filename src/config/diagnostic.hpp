// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong with a configuration, and where. All readers of the configuration collect these and do not stop at
// the first, so that one `ghostctl check` shows all errors.
#pragma once
#include <string>
#include <vector>

namespace ghost::config {

struct Diagnostic {
  std::string file;
  unsigned line = 0;  // from 1; 0 when it is about the file as a whole
  std::string message;

  // "file:line: message", as compilers write it; "file: message" without a line.
  [[nodiscard]] std::string str() const { return file + (line == 0 ? "" : ":" + std::to_string(line)) + ": " + message; }
  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace ghost::config
