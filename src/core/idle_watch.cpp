// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/idle_watch.hpp"

namespace ghost::core {
namespace {

constexpr Duration kAskAgain = std::chrono::seconds(1);
constexpr unsigned kAskAgainMax = 2;

}  // namespace

IdleWatch::IdleWatch(Time now, Duration timeout, std::optional<Duration> hold)
    : deadline_(after(now, timeout)),
      in_use_until_(deadline_),
      held_until_(hold ? std::optional(after(now, *hold)) : std::nullopt) {}

void IdleWatch::hold(Time now, Duration hold) {
  const auto until = after(now, hold);
  held_until_ = std::max(held_until_.value_or(until), until);
}

void IdleWatch::shorten(Time now, Duration timeout) {
  deadline_ = std::min(deadline_, after(now, timeout));
  in_use_until_ = std::min(in_use_until_, after(now, timeout));
}

bool IdleWatch::ask(Time now) {
  if (asked_ || now < deadline_) return false;
  asked_ = true;
  return true;
}

IdleWatch::Verdict IdleWatch::answer(Time now, std::optional<Duration> remaining) {
  asked_ = false;
  if (!remaining) {
    if (++unanswered_ > kAskAgainMax) return Verdict::unknown;
    deadline_ = after(now, kAskAgain);
    return Verdict::needed;
  }
  unanswered_ = 0;
  in_use_until_ = after(now, *remaining);
  const auto held = held_until_ ? *held_until_ - now : Duration::zero();
  const auto left = std::max(*remaining, held);
  if (left <= Duration::zero()) return Verdict::idle;
  deadline_ = after(now, left);
  return Verdict::needed;
}

}  // namespace ghost::core
