// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of core::decide(), as they stand in core/schedule_rules.hpp.
#include <string>
#include <utility>
#include <vector>

#include "core/schedule_rules.hpp"
#include "link_table.hpp"

using namespace ghost::core;
using namespace ghost::core::rules;

namespace {

std::string who(unsigned asks) {
  if (asks == kEveryone) return "any";
  return asks == kCalendar ? "calendar" : "chain, resume";
}

std::string promise(unsigned in) {
  if (in == kAnyPromise) return "any";
  const std::pair<unsigned, const char*> words[] = {
      {kNone, "none"},
      {kNow, "now"},
      {kMissed, "missed"},
      {kLost, "lost"},
      {kLaterHere, "later, in this window"},
      {kLaterDay, "later, in another window"},
      {kLaterAlone, "later, without a window"},
  };
  std::string out;
  for (const auto& [bit, word] : words)
    if ((in & bit) != 0) out += (out.empty() ? "" : " / ") + std::string(word);
  return out;
}

std::string word(If wanted) {
  switch (wanted) {
    case If::any: return "any";
    case If::yes: return "yes";
    case If::no: return "no";
  }
  return {};
}

}  // namespace

void ghost::test::print_schedule(std::ostream& out) {
  add_heading(
      out, "Whether an appearance is due",
      "`core::decide()` (src/core/schedule_rules.hpp): from the top, the first row that fits decides. The columns are classified facts:\n\n"
      "- promise: \"now\" is its time or up to a minute later; \"missed\" is past, but its window lasts; \"lost\" is past, and its window is too;\n"
      "- open: there is no window, or the present moment is in it;\n"
      "- answered: what the calendar stands for was granted already, or is under way;\n"
      "- unanswered: the timer has elapsed in this window, and no tick came of it;\n"
      "- cut short: the last appearance of this window broke off, and none is under way.");
  out << "\n| tick | promise | open | answered | unanswered | cut short | due | verdict |\n|---|---|---|---|---|---|---|---|\n";
  for (const auto& r : kRules)
    out << "| " << who(r.asks) << " | " << promise(r.promise) << " | " << word(r.open) << " | " << word(r.answered) << " | "
        << word(r.unanswered) << " | " << word(r.cut_short) << " | " << (grants(r.verdict) ? "yes" : "no") << " | "
        << to_string(r.verdict) << " |\n";
}
