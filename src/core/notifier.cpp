// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/notifier.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/receiver.hpp"

namespace ghost::core {
namespace {

constexpr Duration kLongestRetry = std::chrono::minutes(5);
constexpr Duration kClockPatience = std::chrono::minutes(10);

Duration retry_delay(const AnnounceConfig& announce, unsigned attempts) {
  auto delay = announce.retry;
  for (unsigned i = 1; i < attempts && delay < kLongestRetry; ++i) delay *= 2;
  return std::min(delay, std::max(kLongestRetry, announce.retry));
}

}  // namespace

Notifier::Notifier(AnnounceConfig announce, std::optional<Told> told)
    : announce_(std::move(announce)), belief_(std::move(told)) {}

const Notice* Notifier::notice() const {
  using Found = const Notice*;
  return std::visit(Overloaded{
                        [](const Quiet&) -> Found { return nullptr; },
                        [](const Sending& sending) -> Found { return &sending.notice; },
                        [](const Retrying& retrying) -> Found { return &retrying.notice; },
                        [](const WaitingForClock& waiting) -> Found { return &waiting.notice; },
                    },
                    state_);
}

std::optional<std::uint64_t> Notifier::on_its_way() const {
  const auto* sending = std::get_if<Sending>(&state_);
  return sending ? std::optional(sending->id) : std::nullopt;
}

std::optional<Time> Notifier::deadline() const {
  if (const auto* waiting = std::get_if<WaitingForClock>(&state_)) return waiting->until;
  const auto* retrying = std::get_if<Retrying>(&state_);
  return retrying ? std::optional(retrying->at) : std::nullopt;
}

void Notifier::doubt() {
  std::visit(Overloaded{
                 [&](const Quiet&) { belief_.doubt(); },
                 [&](const Sending& sending) {  // the new notice replaces this one
                   if (!sending.held) belief_.may_have_heard();
                 },
                 [&](const Retrying&) {},         // the belief is in doubt already
                 [&](const WaitingForClock&) {},  // the same
             },
             state_);
}

SendNotice Notifier::tell(Notice notice, std::uint64_t id) {
  status_ = NoticeStatus{.name = announce_.name, .result = {}, .detail = {}, .at = {}, .attempts = 1};
  clock_patience_.reset();
  failed_by_clock_ = 0;
  state_ = Sending{notice, id};
  return {id, announce_, std::move(notice)};
}

SendNotice Notifier::again(std::uint64_t id) {
  ++status_->attempts;
  auto notice = *this->notice();
  state_ = Sending{notice, id};
  return {id, announce_, std::move(notice)};
}

void Notifier::hold(std::uint64_t id, bool held) {
  if (auto* sending = std::get_if<Sending>(&state_); sending != nullptr && sending->id == id) sending->held = held;
}

bool Notifier::is_held() const {
  const auto* sending = std::get_if<Sending>(&state_);
  return sending != nullptr && sending->held;
}

bool Notifier::answered(const NoticeAnswered& answer, bool present, Clocks clocks) {
  belief_.answered(answer.result);
  status_->at = clocks.wall;
  status_->detail = answer.detail;
  // Without the link, only a file can be tried again. A good-bye is sent once.
  const auto [notice, id, clock_step, held] = std::get<Sending>(state_);
  const bool may_retry = present || (!needs_link(announce_) && notice.kind == NoticeKind::appear);
  const bool by_clock = answer.clock && (clock_step || !answer.clock_is_set);
  if (by_clock && may_retry && clocks.now < clock_patience_.value_or(Time::max())) {
    if (!clock_patience_) clock_patience_ = after(clocks.now, kClockPatience);
    status_->detail.insert(0, "waits for this machine's clock to be set; ");
    ++failed_by_clock_;
    state_ = WaitingForClock{notice, *clock_patience_};
    if (clock_step) clock_set(clocks.now, *clock_step);
    return false;
  }
  const auto attempts = status_->attempts - failed_by_clock_;
  if (may_retry && worth_retrying(answer.result) && attempts < announce_.attempts) {
    state_ = Retrying{notice, after(clocks.now, retry_delay(announce_, attempts))};
    return false;
  }
  settle(answer.result, clocks.wall);
  return true;
}

void Notifier::clock_set(Time now, WallTime::duration step) {
  if (auto* sending = std::get_if<Sending>(&state_))
    sending->clock_step = sending->clock_step.value_or(WallTime::duration{}) + step;
  if (!waits_for_clock()) return;
  auto notice = *this->notice();
  notice.since += step;
  notice.until += step;
  state_ = Retrying{std::move(notice), now};
}

std::optional<Abandon> Notifier::abandon(NoticeResult result, WallTime now) {
  if (quiet()) return std::nullopt;
  const auto id = on_its_way();
  if (is_held()) --status_->attempts;
  else if (id) belief_.may_have_heard();
  settle(result, now);
  return id ? std::optional(Abandon{*id}) : std::nullopt;
}

void Notifier::settle(NoticeResult result, WallTime now) {
  belief_.settle(result, *notice(), receiver(announce_));
  state_ = Quiet{};
  status_->result = result;
  if (!status_->at) status_->at = now;
}

bool Notifier::configure(AnnounceConfig announce) {
  const bool another = receiver(announce_) != receiver(announce);
  if (another) belief_.forget();
  announce_ = std::move(announce);
  return another;
}

}  // namespace ghost::core
