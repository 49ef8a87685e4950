// SPDX-License-Identifier: GPL-2.0-or-later
#include "link_table.hpp"

#include <algorithm>

namespace ghost::test {

std::string what_follows(const std::vector<std::string>& effects, const std::string& before, const std::string& then) {
  std::string out;
  const std::string* last = nullptr;
  for (const auto& e : effects) {
    if (!last || *last != e) out += (last ? "; " : "") + e;
    last = &e;
  }
  const bool stays = before == then;
  if (out.empty()) out = stays ? "remember" : "–";
  return out + " | " + (stays ? "–" : then);
}

void add_heading(std::ostream& out, const std::string& heading, const std::string& what) {
  out << "\n## " << heading << "\n\n" << what << "\n";
}

void add_states(std::ostream& out, const std::vector<std::pair<std::string, std::string>>& states) {
  out << "\n| state | is |\n|---|---|\n";
  for (const auto& [name, meaning] : states) out << "| " << name << " | " << meaning << " |\n";
}

void add_head(std::ostream& out) { out << "\n| event | in state | effects, in order | then |\n|---|---|---|---|\n"; }

namespace {

constexpr std::size_t kMany = 5;  // states that are named one by one

std::string list(const std::vector<std::string>& states) {
  std::string out;
  for (const auto& s : states) out += (out.empty() ? "" : " / ") + s;
  return out;
}

}  // namespace

void add_rows(std::ostream& out, const std::string& event, const Outcomes& outcomes) {
  std::vector<std::string> done{""};
  for (const auto& [state, what] : outcomes) {
    if (std::find(done.begin(), done.end(), what) != done.end()) continue;
    done.push_back(what);
    std::vector<std::string> in, others;
    for (const auto& [other, same] : outcomes) (same == what ? in : others).push_back(other);
    auto states = list(in);
    if (others.empty()) states = "any";
    else if (in.size() >= kMany && others.size() < kMany) states = "any but " + list(others);
    out << "| " << event << " | " << states << " | " << what << " |\n";
  }
}

}  // namespace ghost::test
