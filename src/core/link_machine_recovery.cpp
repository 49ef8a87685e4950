// SPDX-License-Identifier: GPL-2.0-or-later
// A step of [Recover] against a wedged modem, from the failure that asks for it to its end. Its one-line overloads are in the header.
#include <algorithm>
#include <utility>

#include "core/link_machine.hpp"

namespace ghost::core {
namespace {

constexpr Duration kStepGrace = 30s;  // beyond Timeout=, when the supervisor ends the step

}  // namespace

// False: none is due. A link that may make no call gets none either, because the device may be another link's soon.
bool LinkMachine::recover(const CallGone& failure, const std::string& peer, Time until, const std::string& reason,
                          const std::string& detail) {
  if (barred() || parting_) return false;
  const auto step = ladder_.add(config_.recover, failure.reason, failure.stage, now_);
  if (!step) return false;
  const auto serial = last_serial_;
  effect(Recover{serial, *step, ways_.several() ? (call() ? call()->peer : peer) : std::string()});
  recovery_ = Recovery{*step};
  become(Recovering{serial, *step, until, after(now_, config_.recover.timeout + kStepGrace)}, reason, detail);
  return true;
}

// An earlier ghostd has begun it.
void LinkMachine::on(Unlisted& unlisted, const RecoveryReport& event) {
  if (event.end) return;
  const auto until = wanted_now() || blocked() ? std::nullopt : unlisted.not_before;
  recovery_ = Recovery{event.step};
  last_serial_ = std::max(last_serial_, event.after);
  become(Recovering{event.after, event.step, until, after(now_, config_.recover.timeout + kStepGrace)}, "failed-before");
}

// As in Waiting and Moving, a person or a block ends the pause after failures.
void LinkMachine::on(Recovering& recovering, const ConnectAsked& event) {
  want(event);
  if (!event.patient) recovering.until.reset();
}

void LinkMachine::on(Recovering& recovering, const DisconnectAsked&) {
  recovering.until.reset();
  drop_buffer();
}

void LinkMachine::on(Recovering& recovering, const BlockAsked&) {
  recovering.until.reset();
  become(State(state_), "block");
}

// Of SupervisorGone: no call lives.
void LinkMachine::on(Recovering&, const CallGone& news) { step_over(false, news.detail); }

void LinkMachine::on(Recovering& recovering, const RecoveryReport& event) {
  if (event.end && event.after == recovering.after) step_over(event.end->ok, event.end->detail);
}

void LinkMachine::on(Recovering& recovering, const DeadlinePassed&) {
  if (now_ >= recovering.deadline) step_over(false, "ghost-supervisor did not report its end in time");
}

// A modem that was reset needs some time before it can call.
void LinkMachine::step_over(bool ok, std::string detail) {
  const auto recovering = std::get<Recovering>(state_);
  recovery_ = Recovery{recovering.step, RecoveryReport::End{ok, std::move(detail)}};
  auto until = recovering.until;
  if (until && ok) until = std::max(*until, after(now_, config_.recover.settle));
  if (!until || *until <= now_) return end_pause();
  if (parting_) become(Waiting{*until}, reason_, detail_);
  else pass(Waiting{*until});
}

}  // namespace ghost::core
