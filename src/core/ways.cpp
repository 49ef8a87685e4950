// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/ways.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {
namespace {

std::size_t place_of(const std::vector<Way>& all, std::string_view peer) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const Way& way) { return way.peer == peer; });
  return at == all.end() ? 0 : static_cast<std::size_t>(at - all.begin());
}

}  // namespace

Ways::Ways(const std::vector<std::string>& peers, std::string_view next) {
  for (const auto& peer : peers) all_.push_back({.peer = peer});
  if (all_.empty()) all_.emplace_back();
  next_ = place_of(all_, next);
}

Ways Ways::of(const std::vector<std::string>& peers, const Ways& before) {
  Ways out(peers, before.next().peer);
  for (auto& way : out.all_)
    for (const auto& one : before.all_)
      if (!way.peer.empty() && one.peer == way.peer) way.acceptance.ever = one.acceptance.ever;
  return out;
}

Ways Ways::saved(std::vector<Way> all, std::string_view next) {
  Ways out;
  if (!all.empty()) out.all_ = std::move(all);
  out.next_ = place_of(out.all_, next);
  return out;
}

Ways Ways::restored(const Ways& earlier, const std::vector<std::string>& peers) {
  auto out = of(peers, earlier);
  const auto same = [](const Way& a, const Way& b) { return a.peer == b.peer; };
  if (std::equal(out.all_.begin(), out.all_.end(), earlier.all_.begin(), earlier.all_.end(), same)) return earlier;
  // An earlier version saved no names.
  const bool unnamed = !earlier.several() && earlier.next().peer.empty();
  if (unnamed && !out.several()) out.acceptance() = earlier.next().acceptance;
  return out;
}

bool Ways::another() const {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (i != next_ && !all_[i].out) return true;
  return false;
}

bool Ways::any_out() const {
  return std::any_of(all_.begin(), all_.end(), [](const Way& way) { return way.out.has_value(); });
}

void Ways::move_on() {
  for (std::size_t i = 1; i < all_.size(); ++i) {
    const auto at = (next_ + i) % all_.size();
    if (all_[at].out) continue;
    next_ = at;
    return;
  }
}

void Ways::take_out(CallEnd why) {
  all_[next_].out = why;
  move_on();
}

void Ways::prefer(std::string_view peer) {
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (all_[i].peer == peer && !all_[i].out) next_ = i;
}

void Ways::forgive() {
  for (auto& way : all_) way.acceptance.refused = 0;
  bring_back();
}

void Ways::mend(unsigned refused_attempts) {
  for (auto& way : all_) way.acceptance.refused = std::min(way.acceptance.refused, refused_attempts - 1);
  bring_back();
}

void Ways::bring_back() {
  const bool was_out = next().out.has_value();
  for (auto& way : all_) way.out.reset();
  if (was_out) move_on();
}

}  // namespace ghost::core
