// SPDX-License-Identifier: GPL-2.0-or-later
// Links as text and as JSON. Pure: the time and whether colours are wanted are arguments.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bus/link_properties.hpp"
#include "client/happening.hpp"

namespace ghost::client {

struct Style {
  bool colors = false;
  std::uint64_t now = 0;  // microseconds since 1970
};

// One line per link, under a heading. Columns are separated by spaces and contain none; an empty one is "-". The last
// column, the trigger, may contain spaces.
std::string status_table(const std::vector<bus::LinkProperties>& links, const Style& style);
// One link in full, without empty and zero fields.
std::string status_detail(const bus::LinkProperties& link, const Style& style);

// The part of status_detail() about appearances: nothing if there never was one and none is promised.
std::string appearance_detail(const bus::LinkProperties& link, const Style& style);

// An object with every field of bus::kFields by its JSON name; only those of the D-Bus properties in `only`, unless empty.
std::string to_json(const bus::LinkProperties& link, const std::vector<std::string>& only = {});
// An array of them, one link per line; ends with a newline.
std::string to_json_array(const std::vector<bus::LinkProperties>& links);

// An appearance in one line and one line per notifier, each with a newline; for `ghostctl appear`.
std::string appearance_text(const bus::LinkProperties& link, const Style& style);
// The remembered appearances of a link.
struct Appearances {
  bus::LinkProperties link;
  std::vector<bus::AppearanceRow> rows;  // the oldest first
};
// One line per appearance, under a heading, the next one last; columns as in status_table, the notices are the last.
std::string appearances_table(const std::vector<Appearances>& links, const Style& style);
// An array of objects: link, next (0: none), appearances.
std::string appearances_json(const std::vector<Appearances>& links);

// For monitor.
std::string monitor_line(const Happening& h, const Style& style);      // ends with a newline
std::string monitor_json_line(const Happening& h, std::uint64_t now);  // likewise

}  // namespace ghost::client
