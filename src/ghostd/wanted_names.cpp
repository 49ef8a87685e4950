// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/wanted_names.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace ghost::daemon {

void WantedNames::see(Seen seen) {
  auto& known = links_[seen.link.link];
  if (known == seen) return;
  known = std::move(seen);
  changed_ = true;
}

void WantedNames::forget(const std::string& link) { changed_ = links_.erase(link) != 0 || changed_; }

std::optional<WantedNames::Wanted> WantedNames::news() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  Wanted out;
  std::vector<core::NamesLink> states;
  for (const auto& [name, seen] : links_) {
    states.push_back(seen.link);
    out.interfaces.insert(seen.link.interfaces.demand);
    if (seen.judged) out.interfaces.insert(seen.link.interfaces.call);
  }
  out.names = core::names_for(states);
  return out;
}

std::string WantedNames::link_of(const std::string& interface) const {
  const auto at = std::find_if(links_.begin(), links_.end(), [&](const auto& l) {
    const auto& interfaces = l.second.link.interfaces;
    return interfaces.demand == interface || interfaces.call == interface;
  });
  return at == links_.end() ? std::string() : at->first;
}

}  // namespace ghost::daemon
