// SPDX-License-Identifier: GPL-2.0-or-later
// The line grammar of a link's file (ghostd.link(5), FILES): sections, assignments, comments. A line that is none of these is
// reported with its number, and so is a key that is given twice. Pure and total: any bytes give a result.
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

struct Assignment {
  std::string section;
  std::string key;
  std::string value;  // what the quotes around it hold; without them trimmed; empty for "Key="
  unsigned line = 0;
  bool operator==(const Assignment&) const = default;
};

struct Scanned {
  std::vector<SectionLine> sections;    // every header, in order, repeated ones too
  std::vector<Assignment> assignments;  // every sound one, in order
  Diagnostics problems;
  bool operator==(const Scanned&) const = default;
};

// `file` is only written into the diagnostics.
Scanned scan(const std::string& file, std::string_view text);

}  // namespace ghost::config
