// SPDX-License-Identifier: GPL-2.0-or-later
// Every section and key there is, in one table: name, how its value is read, where it goes. A new key is a new line in
// keys.cpp; [Announce NAME], which may be repeated, has a table of its own in announce_section.cpp. What needs two keys to
// judge is in link_check.cpp.
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
  core::LinkConfig link;                      // without the announces
  AnnounceDrafts announces;                   // [Announce NAME]
  std::optional<bool> ipv6;                   // IPv6=
  bool default_routes = true;                 // Routes= has "default" in it, or is not given
  std::map<std::string, Where, std::less<>> where;  // key → where it was last given; a key reset by "Key=" is not in it
  Where main;                                 // the link's own file and its [Link] line
  bool sound = true;                          // nothing was wrong with its files; else what follows from them is guesswork

  // Where a key stands, or else the link's own place.
  [[nodiscard]] const Where& at(std::string_view key) const {
    const auto found = where.find(key);
    return found == where.end() ? main : found->second;
  }
  [[nodiscard]] bool given(std::string_view key) const { return where.contains(key); }
};

// Makes places for the sections that are repeated, and complains about headers that name none. Once a file, before its keys.
void open_sections(const std::string& file, const std::vector<SectionLine>& sections, Draft& draft,
                   Diagnostics& problems);

// Writes one assignment into the draft, or says why not. Keys of unknown sections are passed over: the header was
// complained about. "Key=" takes back what was said before and leaves the default.
void apply(const std::string& file, const Assignment& assignment, Draft& draft, Diagnostics& problems);

}  // namespace ghost::config
