// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/keeper.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace ghost::daemon {
namespace {

// A change by another program often has several parts: an address, its route, a rule.
constexpr core::Duration kGatherChanges = std::chrono::milliseconds(20);

// The longest pause that an expensive look causes.
constexpr core::Duration kLookPauseMax = std::chrono::milliseconds(700);

// The kernel refused to list the default routes.
constexpr core::Duration kAskAgain = std::chrono::seconds(1);

}  // namespace

Keeper::Keeper(Port port)
    : port_(std::move(port)),
      table_(port_.table, port_.clock, port_.tell),
      routing_(port_.routing, port_.clock, port_.tell),
      queues_(port_.queues, port_.clock, port_.tell) {}

void Keeper::look_soon() {
  for (auto* k : {&table_, &routing_, &queues_}) k->heard();
  next_ = std::max(port_.clock.now() + kGatherChanges, not_before_);
}

void Keeper::heard() {
  listens_ = false;
  next_ = std::max(port_.clock.now() + kGatherChanges, not_before_);
}

void Keeper::hear() {
  const auto heard = port_.hear();
  if (!heard) throw std::runtime_error(heard.error().what);
  if (heard->defaults || defaults_unknown_) defaults_unknown_ = !port_.around.follow_defaults();
  if (heard->defaults || heard->rules || heard->routes || heard->addresses || heard->links || heard->settings) routing_.heard();
  if (heard->table) table_.heard(heard->by);
  if (heard->queues) queues_.heard();
}

bool Keeper::look() {
  const auto begun = port_.clock.now();
  const auto work_before = port_.clock.worked();
  hear();
  if (routing_.has_heard()) port_.around.follow_forwarding();
  // The table comes first, so that no packet enters a demand interface unjudged.
  const std::array all = {&table_, &routing_, &queues_};
  const bool due = std::any_of(all.begin(), all.end(), [begun](const Upkeep* k) { return k->due(begun); });
  if (due) {
    const auto kept = port_.around.kept();
    port_.around.follow_rules(kept);
    for (auto* k : all)
      if (k->due(begun)) k->attend(kept);
    tell();
  }
  const auto now = port_.clock.now();
  not_before_ = core::after(now, std::min(kLookPauseMax, core::HealPace::kShare * (port_.clock.worked() - work_before)));
  next_.reset();
  if (defaults_unknown_) next_ = core::after(now, kAskAgain);
  for (const auto* k : all)
    if (const auto at = k->deadline(); at && (!next_ || *at < *next_)) next_ = at;
  if (next_) next_ = std::max(*next_, not_before_);
  listens_ = true;
  return due;
}

void Keeper::tell() {
  std::string degraded;
  for (const auto* k : {&table_, &routing_, &queues_})
    if (const auto one = k->degraded()) degraded += (degraded.empty() ? "" : ", ") + *one;
  const bool can_carry = !table_.missing_now();
  if (degraded == degraded_ && can_carry == can_carry_) return;
  degraded_ = std::move(degraded);
  can_carry_ = can_carry;
  port_.changed(degraded_, can_carry_);
}

// The keeper looks soon at the other kinds of which it has heard. The sockets will not report them again.
void Keeper::hear_meanwhile() {
  hear();
  if ((routing_.has_heard() || table_.has_heard() || queues_.has_heard()) && listens_) heard();
}

net::Result<void> Keeper::table_must_stand() {
  hear_meanwhile();
  if (!table_.has_heard() && !table_.missing_now()) return {};
  const auto kept = port_.around.kept();
  const auto wrong = port_.table.look(kept);
  if (!wrong) return tl::unexpected(wrong.error());
  if (wrong->empty()) return {};
  return port_.table.put_back(kept);
}

bool Keeper::table_was_lost() {
  hear_meanwhile();
  if (!table_.has_heard()) return false;
  const auto wrong = port_.table.look(port_.around.kept());
  if (wrong && wrong->empty()) return false;
  next_ = port_.clock.now();
  return true;
}

}  // namespace ghost::daemon
