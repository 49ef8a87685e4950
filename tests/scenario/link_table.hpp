// SPDX-License-Identifier: GPL-2.0-or-later
// docs/link.md, printed. Each table is played: every state meets every event once, and the row says what follows.
#pragma once
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace ghost::test {

// The tables, each with its heading.
void print_call(std::ostream& out);
void print_stop(std::ostream& out);
void print_second_family(std::ostream& out);
void print_appearance(std::ostream& out);
void print_promise(std::ostream& out);
void print_restart(std::ostream& out);
void print_first_notice(std::ostream& out);
void print_notifier(std::ostream& out);
void print_schedule(std::ostream& out);

// ---- what they are made of

// What follows of one event, by the state that it meets; nothing if it means nothing there.
using Outcomes = std::vector<std::pair<std::string, std::string>>;

// "effects | then". Equal effects in a row are one. An event that wants nothing done and leaves the state is only remembered.
std::string what_follows(const std::vector<std::string>& effects, const std::string& before, const std::string& then);

// "## heading" and a paragraph.
void add_heading(std::ostream& out, const std::string& heading, const std::string& what);
// The table of states: name and meaning.
void add_states(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& states);
template <class States>
void add_states_of(std::ostream& out, const States& states) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const auto& s : states) words.emplace_back(s.name, s.meaning);
  add_states(out, words);
}
// The head of a table of meetings.
void add_head(std::ostream& out);
// States with one outcome share a row. All of the table's states are in `outcomes`.
void add_rows(std::ostream& out, const std::string& event, const Outcomes& outcomes);

}  // namespace ghost::test
