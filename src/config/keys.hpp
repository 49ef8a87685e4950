// SPDX-License-Identifier: GPL-2.0-or-later
// All sections and keys in one table: the name, how to parse the value, where it goes. A new key is a new line in
// keys.cpp. [Announce NAME], which may be repeated, has its own table in announce_section.cpp. Checks that need two keys
// are in link_check.cpp.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/announce_section.hpp"
#include "config/diagnostic.hpp"
#include "config/syntax.hpp"
#include "config/where.hpp"
#include "core/config.hpp"

namespace ghost::config {

// A link while its files are read.
struct Draft {
  core::LinkConfig link;                            // without the announces
  AnnounceDrafts announces;                         // [Announce NAME]
  std::optional<bool> ipv6;                         // IPv6=
  bool default_routes = true;                       // Routes= has "default" in it, or is not given
  std::map<std::string, Where, std::less<>> where;  // key → where it was last given; a key reset by "Key=" is not in it
  Where main;                                       // the link's own file and its [Link] line
  bool sound = true;                                // its files had no error; otherwise conclusions from them are unreliable

  // The place of a key, or else the link's own place.
  [[nodiscard]] const Where& at(std::string_view key) const {
    const auto found = where.find(key);
    return found == where.end() ? main : found->second;
  }
  [[nodiscard]] bool given(std::string_view key) const { return where.contains(key); }
};

// Creates drafts for the repeated sections, and reports unknown headers. Once per file, before its keys.
void open_sections(const std::string& file, const std::vector<SectionLine>& sections, Draft& draft, Diagnostics& problems);

// Writes one assignment into the draft, or says why not. Keys of unknown sections are ignored, because the header was
// reported. "Key=" removes earlier settings and restores the default.
void apply(const std::string& file, const Assignment& assignment, Draft& draft, Diagnostics& problems);

}  // namespace ghost::config
