// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/permission.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {

std::string_view to_string(Bar bar) {
  switch (bar) {
    case Bar::block: return "block";
    case Bar::stop: return "stop";
    case Bar::gone: return "gone";
    case Bar::sleep: return "sleep";
  }
  return {};
}

bool Permission::put_up(Bar bar, Standing standing) {
  auto& stands = bars_[static_cast<std::size_t>(bar)];
  if (!stands) {
    stands = std::move(standing);
    return true;
  }
  if (!standing.failure) stands->failure.reset();  // a person's word, or another program's, now stands as well
  if (!standing.until) stands->until.reset();
  else if (stands->until) stands->until = std::max(*stands->until, *standing.until);
  return false;
}

bool Permission::lift(Bar bar) { return std::exchange(bars_[static_cast<std::size_t>(bar)], std::nullopt).has_value(); }

std::vector<Bar> Permission::pass(Time now) {
  std::vector<Bar> ended;
  for (std::size_t i = 0; i < kBars; ++i)
    if (const auto bar = static_cast<Bar>(i); bars_[i] && bars_[i]->until && *bars_[i]->until <= now && lift(bar))
      ended.push_back(bar);
  return ended;
}

std::optional<Bar> Permission::strongest() const {
  for (std::size_t i = 0; i < kBars; ++i)
    if (bars_[i]) return static_cast<Bar>(i);
  return std::nullopt;
}

std::optional<Time> Permission::deadline() const {
  std::optional<Time> next;
  for (const auto& bar : bars_)
    if (bar && bar->until) next = sooner(next, bar->until);
  return next;
}

}  // namespace ghost::core
