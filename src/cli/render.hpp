// SPDX-License-Identifier: GPL-2.0-or-later
// Links as text and as JSON. Pure: the time and whether colours are wanted are arguments.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bus/link_properties.hpp"

namespace ghost::cli {

struct Style {
  bool colors = false;
  std::uint64_t now = 0;  // microseconds since 1970
};

// A line a link under a heading. Columns are separated by spaces and hold none, "-" when empty; the trigger, which may
// hold some, is the last.
std::string status_table(const std::vector<bus::LinkProperties>& links, const Style& style);
// One link in full: what is empty or zero is left out.
std::string status_detail(const bus::LinkProperties& link, const Style& style);

// What status_detail() says about appearances: nothing if there never was one and none is promised.
std::string appearance_detail(const bus::LinkProperties& link, const Style& style);

// An object with every field of bus::kFields by its JSON name; only those of the D-Bus properties in `only`, unless empty.
std::string to_json(const bus::LinkProperties& link, const std::vector<std::string>& only = {});
// An array of them, a link a line; ends with a newline.
std::string to_json_array(const std::vector<bus::LinkProperties>& links);

// An appearance in one line and a line a notifier, each ending with a newline; for `ghostctl appear`.
std::string appearance_text(const bus::LinkProperties& link, const Style& style);
// What is remembered of a link.
struct Appearances {
  bus::LinkProperties link;
  std::vector<bus::AppearanceRow> rows;  // the oldest first
};
// A line an appearance under a heading, the next one last; columns as in status_table, the notices are the last.
std::string appearances_table(const std::vector<Appearances>& links, const Style& style);
// An array of objects: link, next (0: none), appearances.
std::string appearances_json(const std::vector<Appearances>& links);

// What happened to a link, for monitor.
struct Happening {
  std::string event;  // "link" (as it was found), "added", "changed", "removed", "ghostd-gone", "ghostd-back", "bus-gone"
  bus::LinkProperties link;
  std::vector<std::string> changed;  // D-Bus names, of "changed"
};
std::string monitor_line(const Happening& h, const Style& style);       // ends with a newline
std::string monitor_json_line(const Happening& h, std::uint64_t now);  // likewise

}  // namespace ghost::cli
