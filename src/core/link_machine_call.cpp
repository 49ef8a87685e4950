// SPDX-License-Identifier: GPL-2.0-or-later
// How a call begins and how it ends: dialing, what the supervisor reports, what follows a failure.
#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/backoff.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {
namespace {

constexpr Duration kSupervisorGrace = 30s;  // beyond the supervisor's own deadlines
constexpr Duration kStableCall = 60s;       // a call that lasted so long was no failure

}  // namespace

void LinkMachine::dial(std::string reason, std::string trigger) {
  auto call = begun(next(last_serial_), std::move(trigger));
  effect(StartCall{call.serial});
  const auto& c = config_.call;
  const auto patience = c.dial_timeout + 2 * c.negotiate_timeout + c.hangup_timeout + kSupervisorGrace;
  become(Dialing{std::move(call), after(now_, patience)}, std::move(reason));
}

Call LinkMachine::begun(CallSerial serial, std::string trigger) {
  last_serial_ = serial;
  ++counters_.calls;
  ended_on_purpose_ = false;
  return {.serial = serial, .trigger = std::move(trigger)};
}

// Something may have asked for a call while none could be made.
bool LinkMachine::dial_if_asked() {
  if (barred()) return false;
  if (const auto first = buffer_.front(); first && !impaired_) dial("trigger", first->str());
  else if (wanted_) dial(std::string(wanted_->by), wanted_->by);
  else if (resume_until_ && now_ < *resume_until_) dial("resume", trigger());
  else return false;
  return true;
}

void LinkMachine::on(const CallReport& event) {
  // A call begun by an earlier ghostd, told by the supervisor at our start.
  if (std::holds_alternative<Down>(state_) && std::holds_alternative<CallStarted>(event.what) &&
      event.serial > last_serial_) {
    become(Dialing{begun(event.serial, last_trigger_), after(now_, config_.call.negotiate_timeout + kSupervisorGrace)}, "adopted");
    if (barred()) abort_dialing(std::get<Dialing>(state_), blocked_ ? "block" : "stop");
    return;
  }
  if (event.serial != serial() || event.serial == CallSerial::none) return;  // late news of a dead call
  std::visit(Overloaded{
                 [&](const CallStarted&) {},
                 [&](const CallAddress& news) {
                   agreed_on(news);
                   if (news.local == news.remote) on(AddressConflicts{"the far end gave both ends " + news.local.str()});
                 },
                 [&](const CallGone& news) { gone(news); },
             },
             event.what);
}

void LinkMachine::agreed_on(const CallAddress& news) {
  const auto agreed = [&](Call& call) { call.agreed[static_cast<std::size_t>(news.local.family())] = news; };
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& dialing) { agreed(dialing.call); },
                 [&](Up& up) { agreed(up.call); },
                 [&](Leaving& leaving) { agreed(leaving.up.call); },
                 [&](Draining& draining) { agreed(draining.call); },
                 [&](Ending& ending) { agreed(ending.call); },
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const SupervisorGone&) {
  gone({CallEnd::SupervisorLost, "the connection to ghost-supervisor broke"});
}

CallGone LinkMachine::silent_supervisor() const {
  return {CallEnd::SupervisorLost, "ghost-supervisor did not report the end of the call in time"};
}

void LinkMachine::gone(const CallGone& news) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) { after_failure(news); },
                 [&](Up& up) {
                   if (up.idle.in_use_until() > now_) resume_until_ = up.idle.in_use_until();
                   after_drop(up, news);
                 },
                 [&](Leaving& leaving) { after_drop(leaving.up, news); },
                 [&](Draining& draining) { after_hang_up(std::move(draining.local), draining.failed, news); },
                 [&](Ending& ending) { after_hang_up(std::move(ending.local), ending.failed, news); },
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::after_hang_up(std::vector<IpAddress> local, bool failed, const CallGone& news) {
  for (const auto& a : local) effect(ForgetAddress{a});
  if (failed) {
    const auto asked_since = wanted_;  // a Connect while it was being ended is a new one
    // When we ended it because it went wrong, that is the reason, and not that it then hung up in order.
    if (news.reason == CallEnd::HungUp) after_failure(news.reason, reason_, detail_);
    else after_failure(news);
    if (!asked_since || !std::holds_alternative<Waiting>(state_)) return;
    wanted_ = asked_since;
    return dial(std::string(wanted_->by), wanted_->by);
  }
  failures_ = 0;
  if (!dial_if_asked()) become(Down{}, reason_, news.reason == CallEnd::HungUp ? std::string{} : news.detail);
}

void LinkMachine::abort_dialing(const Dialing& dialing, std::string reason, bool failed, std::string detail) {
  wanted_.reset();  // who asked for this call has had an answer
  become(tell_pppd(dialing.call, failed, {}), std::move(reason), std::move(detail));
}

// What was handed over already goes no further: nothing is worth being sent to such a far end, so its queue is not waited for.
void LinkMachine::on(const AddressConflicts& event) {
  const std::string reason(to_string(CallEnd::AddressConflict));
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& dialing) { abort_dialing(dialing, reason, true, event.detail); },
                 [&](Up& up) { end_at_once(up, reason, event.detail); },
                 [&](Leaving& leaving) { end_at_once(leaving.up, reason, event.detail); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::end_at_once(const Up& up, std::string reason, std::string detail) {
  effect(RouteBack{});
  become(tell_pppd(up.call, true, up.addresses()), std::move(reason), std::move(detail));
}

Ending LinkMachine::tell_pppd(Call call, bool failed, std::vector<IpAddress> local) {
  effect(EndCall{call.serial});
  return {std::move(call), failed, std::move(local), after(now_, config_.call.hangup_timeout + kSupervisorGrace)};
}

// The call did not come about.
void LinkMachine::after_failure(const CallGone& news) { after_failure(news.reason, std::string(to_string(news.reason)), news.detail); }

void LinkMachine::after_failure(CallEnd end, std::string reason, std::string detail) {
  ++failures_;
  wanted_.reset();
  wait_or_block(end, std::move(reason), std::move(detail));
}

void LinkMachine::wait_or_block(CallEnd end, std::string reason, std::string detail) {
  const auto& call = config_.call;
  if (needs_a_person(end) || (call.redial_attempts != 0 && failures_ >= call.redial_attempts)) block();
  if (barred()) return become(Down{}, std::move(reason), std::move(detail));
  become(Waiting{after(now_, redial_delay(call, failures_))}, std::move(reason), std::move(detail));
}

// The call was up, and went without our asking.
void LinkMachine::after_drop(const Up& up, const CallGone& news) {
  effect(RouteBack{});
  for (const auto& a : up.addresses()) effect(ForgetAddress{a});
  failures_ = now_ - *up.call.since >= kStableCall ? 0 : failures_ + 1;
  wait_or_block(news.reason, std::string(to_string(news.reason)), news.detail);
}

}  // namespace ghost::core
