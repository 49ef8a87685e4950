// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/heal_pace.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {

HealPace::Act HealPace::missing(Time now, bool canary) {
  missing_ = true;
  if (!lost_ || now - *lost_ >= kCalm) {
    if (!pause_until_ || now >= *pause_until_) times_ = tries_ = deaths_ = 0;
  }
  lost_ = now;
  if (std::exchange(believed_, false)) fooled_ = true;
  if (!pause_until_ || now >= *pause_until_) return Act::whole;
  if (looked_ && now < *looked_ + look_every()) return Act::nothing;
  const bool lives = looked_ && canary;
  // If the last try failed and the canary has been there since, another try would fail, too.
  if (lives && (!failed_ || died_)) {
    believed_ = true;
    return Act::whole;
  }
  if (looked_ && !canary) {
    ++deaths_;
    died_ = true;
  }
  looked_ = now;
  return lives ? Act::nothing : Act::canary;
}

void HealPace::complete(Time now) {
  missing_ = failed_ = false;
  if (lost_ && now - *lost_ < kCalm) return;
  times_ = tries_ = deaths_ = 0;
  believed_ = fooled_ = false;
  lost_.reset();
  pause_until_.reset();
  looked_.reset();
}

void HealPace::done(Time now, Duration cost) {
  failed(now, cost);
  missing_ = failed_ = false;
  ++times_;
}

void HealPace::failed(Time now, Duration cost) {
  cost_ = cost;
  failed_ = true;
  died_ = false;
  looked_.reset();
  const auto doubled = kFirstPause * (1 << std::min(tries_, 6U));
  ++tries_;
  pause_until_ = after(now, std::max(std::min<Duration>(doubled, kLongestPause), kShare * cost_));
}

std::optional<Time> HealPace::deadline() const {
  if (!lost_) return std::nullopt;
  if (!missing_) return after(*lost_, kCalm);
  const auto next = looked_ ? after(*looked_, look_every()) : after(*lost_, look_every());
  return pause_until_ ? std::min(next, *pause_until_) : next;
}

}  // namespace ghost::core
