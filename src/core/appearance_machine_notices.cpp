// SPDX-License-Identifier: GPL-2.0-or-later
// Who is told what, what he is known to believe, and the farewell.
#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/appearance_machine.hpp"
#include "core/receiver.hpp"

namespace ghost::core {
namespace {

constexpr Duration kLongestRetry = std::chrono::minutes(5);

Duration retry_delay(const AnnounceConfig& announce, unsigned attempts) {
  auto delay = announce.retry;
  for (unsigned i = 1; i < attempts && delay < kLongestRetry; ++i) delay *= 2;
  return std::min(delay, std::max(kLongestRetry, announce.retry));
}

// It may have arrived all the same.
bool maybe_delivered(NoticeResult result) {
  switch (result) {
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone: return true;
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return true;
}

// It failed before a word of the notice was said. (A gateway that answers 502, a program that ends with 1 may have passed it on.)
bool never_said(NoticeResult result) {
  switch (result) {
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed: return true;
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return false;
}

}  // namespace

// ---- notices ---------------------------------------------------------------------------------------------------------

Notice AppearanceMachine::notice(NoticeKind kind, const Present& present) {
  return {.kind = kind,
          .name = config_.name,
          .link = link_,
          .addresses = present.addresses,
          .local_addresses = present.local,
          .carrier_nat = present.carrier_nat,
          .since = since_.value_or(clocks_.wall),
          .until = kind == NoticeKind::vanish ? clocks_.wall : present.until,
          .next = record_.next,
          .sequence = remembered_.sequence,
          .reason = {}};
}

// Tells everybody who has not been told.
void AppearanceMachine::announce(Present& present) {
  std::vector<Task*> who;
  for (auto& task : tasks_) {
    const auto told = remembered_.told.find(task.announce.name);
    const bool known = told != remembered_.told.end() && told->second.addresses == present.addresses;
    // What is on its way may arrive yet, and must not be the last word.
    const bool pending = task.running || task.retry;
    // A restart of ghostd's is the same appearance still: nothing to be repeated.
    const bool repeat = task.announce.repeat && kind_ != AppearKind::restart;
    if (!known || pending || repeat || even_if_told_) who.push_back(&task);
  }
  even_if_told_ = false;
  record_.addresses = present.addresses;
  carrier_nat_ = present.carrier_nat;
  if (!who.empty()) ++remembered_.sequence;
  doubt(who);
  remember();
  const auto text = notice(NoticeKind::appear, present);
  for (auto* task : who) assign(*task, text);
  effect(TellAppeared{present.addresses, present.until, record_.next});
}

// From when they are told something until they confirm it, nobody knows what they believe: it may be heard and the answer lost, with
// the line or with us. What they knew before counts again if they have certainly not heard.
void AppearanceMachine::doubt(const std::vector<Task*>& who) {
  for (auto* task : who) {
    const auto told = remembered_.told.find(task->announce.name);
    // What this one replaces may have been heard.
    task->heard = task->running || (task->retry && task->heard);
    if (task->heard) task->knew.clear();
    else if (!task->retry) task->knew = told == remembered_.told.end() ? std::vector<IpAddress>{} : told->second.addresses;
    if (told != remembered_.told.end()) told->second.addresses.clear();
  }
}

void AppearanceMachine::assign(Task& task, const Notice& notice) {
  if (task.running) effect(Abandon{*task.running});
  task.notice = notice;
  task.told_of = true;
  task.status = {.name = task.announce.name, .result = {}, .detail = {}, .at = {}, .attempts = 0};
  launch(task);
}

void AppearanceMachine::launch(Task& task) {
  task.retry.reset();
  task.running = ++last_id_;
  ++task.status.attempts;
  effect(SendNotice{*task.running, task.announce, *task.notice});
}

void AppearanceMachine::on(const NoticeAnswered& event) {
  if (auto* present = std::get_if<Present>(&state_); present && present->echo == event.id) {
    present->echo.reset();
    // Who did not get an answer tells what he has; carrier_nat says what it is worth.
    if (const auto seen = IpAddress::parse(event.text); seen && event.result == NoticeResult::Ok) {
      std::erase_if(present->addresses, [&](const IpAddress& a) { return a.family() == seen->family(); });
      present->addresses.insert(present->addresses.begin(), *seen);
    }
    return announce(*present);
  }
  if (std::erase_if(partings_, [&](const Task& t) { return t.running == event.id; }) != 0) {
    if (farewell_said()) finish_farewell();
    return;
  }
  const auto task = std::find_if(tasks_.begin(), tasks_.end(), [&](const Task& t) { return t.running == event.id; });
  if (task == tasks_.end()) return;  // abandoned
  task->running.reset();
  task->heard = task->heard || maybe_delivered(event.result);
  if (!never_said(event.result)) task->knew.clear();
  task->status.at = clocks_.wall;
  task->status.detail = event.detail;
  const bool may_retry = std::holds_alternative<Present>(state_) || (!needs_link(task->announce) && task->notice->kind == NoticeKind::appear);
  if (may_retry && worth_retrying(event.result) && task->status.attempts < task->announce.attempts) {
    task->retry = after(clocks_.now, retry_delay(task->announce, task->status.attempts));
    return;
  }
  settle(*task, event.result);
  remember();
  if (farewell_said()) finish_farewell();
}

void AppearanceMachine::settle(Task& task, NoticeResult result) {
  auto& told = remembered_.told;
  const auto notice = std::exchange(task.notice, std::nullopt);
  const bool appear = notice && notice->kind == NoticeKind::appear;
  if (result == NoticeResult::Ok && appear) told[task.announce.name] = {notice->addresses, receiver(task.announce)};
  else if (result == NoticeResult::Ok) told.erase(task.announce.name);
  else if (task.heard && appear) told[task.announce.name] = {{}, receiver(task.announce)};
  else if (!task.heard && !task.knew.empty()) told[task.announce.name].addresses = task.knew;
  task.heard = false;
  task.knew.clear();
  task.retry.reset();
  task.status.result = result;
  if (!task.status.at) task.status.at = clocks_.wall;
}

void AppearanceMachine::abandon(Task& task, NoticeResult result) {
  if (task.running) effect(Abandon{*task.running});
  task.heard = task.heard || task.running;
  if (task.running || task.retry) settle(task, result);
  task.running.reset();
}

// Or is about to go. Who needs no link is told without one.
void AppearanceMachine::link_gone() {
  for (auto& task : tasks_)
    if (needs_link(task.announce)) abandon(task, NoticeResult::LinkGone);
  abandon_partings(false);
}

bool AppearanceMachine::all_settled() const {
  return std::none_of(tasks_.begin(), tasks_.end(), [](const Task& t) { return t.running || t.retry; });
}

// ---- the farewell ----------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const FarewellAsked& event) {
  std::visit(Overloaded{
                 [&](Idle&) { effect(FarewellDone{}); },
                 [&](Connecting&) { effect(FarewellDone{}); },
                 [&](Present& p) {
                   if (p.echo) effect(Abandon{*p.echo});
                   const auto present = p;
                   state_ = Vanishing{event.reason, after(clocks_.now, config_.appear.vanish_timeout)};
                   say_farewell(present);
                 },
                 [&](Vanishing&) {},
             },
             state_);
}

// To those who were told, or may have been: what is on its way still is not waited for.
void AppearanceMachine::say_farewell(const Present& present) {
  std::vector<Task*> who;
  for (auto& task : tasks_) {
    const bool maybe_told = task.running || task.retry || remembered_.told.contains(task.announce.name);
    if (task.announce.vanish && maybe_told) who.push_back(&task);
  }
  for (auto& task : tasks_)
    if (needs_link(task.announce)) abandon(task, NoticeResult::LinkGone);
  if (who.empty() && partings_.empty()) return finish_farewell();
  if (who.empty()) return;
  ++remembered_.sequence;
  doubt(who);
  remember();
  auto text = notice(NoticeKind::vanish, present);
  text.reason = std::get<Vanishing>(state_).reason;
  for (auto* task : who) {
    auto& announce = task->announce;
    assign(*task, text);
    auto& sent = std::get<SendNotice>(out_.back());
    sent.announce.timeout = std::min(announce.timeout, config_.appear.vanish_timeout);
  }
}

// All who are told the end have answered, and the link is waiting for that. What else is on its way needs no link.
bool AppearanceMachine::farewell_said() const {
  const auto* v = std::get_if<Vanishing>(&state_);
  return v && v->deadline && partings_.empty() && std::none_of(tasks_.begin(), tasks_.end(), [](const Task& t) {
    return t.running && t.notice->kind == NoticeKind::vanish;
  });
}

void AppearanceMachine::finish_farewell() {
  std::get<Vanishing>(state_).deadline.reset();
  effect(FarewellDone{});
}

}  // namespace ghost::core
