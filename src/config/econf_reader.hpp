// SPDX-License-Identifier: GPL-2.0-or-later
// libeconf(3), wrapped once: text in, assignments with their lines out. libeconf reads from a path only; it gets a memfd
// with the scanned text, so that what was judged is what is read, whoever writes to the file meanwhile.
#pragma once
#include <tl/expected.hpp>

#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/syntax.hpp"

namespace ghost::config {

struct Assignment {
  std::string section;
  std::string key;
  std::string value;  // without the quotes around it; empty for "Key="
  unsigned line = 0;
  bool operator==(const Assignment&) const = default;
};

// In the file's order. The keys are asked for by name, as scan() found them: econf_getKeys() of 0.5.1 leaves out a key
// that stands right behind one of the same name, even when that is the last of another section. An error is libeconf's
// own word, or its disagreement with scan(): both would be a fault of ours, and neither is passed over.
// Throws std::system_error when there is no memory for the copy.
[[nodiscard]] tl::expected<std::vector<Assignment>, Diagnostic> read_assignments(const std::string& file,
                                                                                 const Scanned& scanned);

}  // namespace ghost::config
