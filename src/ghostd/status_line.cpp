// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/status_line.hpp"

#include <utility>

namespace ghost::daemon {

void StatusLine::put(const core::LinkStatus& link) {
  auto text = link.name + ": " + link.state;
  for (const auto& a : link.local_addresses) text += " " + a.str();
  if (link.blocked) text += " (blocked)";
  auto& part = parts_[link.name];
  changed_ = changed_ || part != text;
  part = std::move(text);
}

void StatusLine::remove(const std::string& link) { changed_ = parts_.erase(link) != 0 || changed_; }

std::optional<std::string> StatusLine::news() {
  if (!std::exchange(changed_, false)) return std::nullopt;
  std::string line;
  for (const auto& [link, part] : parts_) line += (line.empty() ? "" : " | ") + part;
  return line;
}

}  // namespace ghost::daemon
