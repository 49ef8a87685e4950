// SPDX-License-Identifier: GPL-2.0-or-later
// The line grammar, checked before libeconf sees the file. libeconf is forgiving: of two equal keys it keeps the first, a
// line without '=' continues the one before, a line over 8191 bytes becomes two, an empty section vanishes. None of that
// may happen to somebody in silence. So every line is judged here, and what is wrong is blanked out; what is left means
// the same to libeconf as to the reader, line for line. Pure and total: any bytes give a result.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"

namespace ghost::config {

inline constexpr std::size_t kLineMax = 2000;        // bytes
inline constexpr std::size_t kFileMax = 256 * 1024;  // bytes

struct SectionLine {
  std::string name;
  unsigned line = 0;
  bool operator==(const SectionLine&) const = default;
};

struct KeyLine {
  std::string section;
  std::string key;
  unsigned line = 0;
  bool operator==(const KeyLine&) const = default;
};

struct Scanned {
  std::string text;                   // for libeconf: as many lines as the file has, the bad ones empty
  std::vector<SectionLine> sections;  // every header, in order, repeated ones too
  std::vector<KeyLine> keys;          // every assignment that is left in text, in order
  Diagnostics problems;
  bool operator==(const Scanned&) const = default;
};

// `file` is only written into the diagnostics.
Scanned scan(const std::string& file, std::string_view text);

}  // namespace ghost::config
