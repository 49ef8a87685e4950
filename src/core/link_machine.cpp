// SPDX-License-Identifier: GPL-2.0-or-later
// A function an event; in it, every state answers. There is no catch-all: a new state or event does not compile until
// each of its meetings has been thought of. What happens to a call is in link_machine_call.cpp, to one that carries
// traffic in link_machine_carry.cpp.
#include "core/link_machine.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

constexpr Duration kExpiryBatch = 250ms;  // packets that expire together are dropped in one go

}  // namespace

LinkMachine::LinkMachine(LinkConfig config, CallSerial last, Time now)
    : config_(std::move(config)), buffer_(config_.buffer), last_serial_(last), since_(now) {}

Step LinkMachine::step(Event event, Time now) {
  now_ = now;
  out_ = {};
  std::visit([this](auto&& e) { on(std::move(e)); }, std::move(event));
  return std::exchange(out_, {});
}

// ---- packets ---------------------------------------------------------------------------------------------------------

void LinkMachine::buffer(PacketBytes bytes, const PacketInfo& info) {
  const auto pushed = buffer_.push(std::move(bytes), info, now_);
  counters_.drops[Drop::budget] += pushed.dropped;
  counters_.coalesced += pushed.coalesced ? 1 : 0;
}

bool LinkMachine::take_in(PacketBytes& bytes) {
  const auto info = describe_packet(bytes);
  if (!info) {
    ++counters_.malformed;
    return true;
  }
  // Of a family without a stable address: no call would carry it. Blocked: it slipped past the kernel's own refusal.
  // The line carries while a good-bye is said; what would have to wait waits for nothing any more.
  const auto* up = carries();
  const bool refused = blocked_ || (stopping_ && !(up && up->of(info->family()) == Carriage::carried));
  if (refused || !config_.stable_for(info->family())) {
    ++counters_.drops[refused ? Drop::blocked : Drop::family];
    return true;
  }
  return std::visit(Overloaded{
                        [&](Down&) {
                          if (impaired_) {
                            ++counters_.drops[Drop::impaired];
                            return true;
                          }
                          buffer(std::move(bytes), *info);
                          dial("trigger", info->str());
                          return true;
                        },
                        [&](Dialing&) {
                          buffer(std::move(bytes), *info);
                          return true;
                        },
                        [&](Up& state) { return take_in(state, bytes, *info); },
                        [&](Leaving& leaving) { return take_in(leaving.up, bytes, *info); },
                        [&](Draining&) {
                          buffer(std::move(bytes), *info);
                          return true;
                        },
                        [&](Ending&) {
                          buffer(std::move(bytes), *info);
                          return true;
                        },
                        [&](Waiting&) {
                          buffer(std::move(bytes), *info);
                          return true;
                        },
                    },
                    state_);
}

bool LinkMachine::take_in(Up& up, PacketBytes& bytes, const PacketInfo& info) {
  switch (up.of(info.family())) {
    case Carriage::carried: return false;
    case Carriage::pending: buffer(std::move(bytes), info); break;
    case Carriage::unused:
    case Carriage::given_up: ++counters_.drops[Drop::family]; break;
  }
  return true;
}

void LinkMachine::on(PacketsArrived&& event) {
  std::vector<PacketBytes> late;
  for (auto& packet : event.packets)
    if (!take_in(packet)) late.push_back(std::move(packet));
  if (!late.empty()) effect(Reinject{std::move(late)});
}

// ---- people ----------------------------------------------------------------------------------------------------------

void LinkMachine::want(const ConnectAsked& event) {
  const auto hold = event.hold.value_or(config_.call.idle_timeout);
  wanted_ = Wanted{event.by, wanted_ ? std::max(wanted_->hold, hold) : hold};
}

void LinkMachine::on(const ConnectAsked& event) {
  if (barred()) return;
  std::visit(Overloaded{
                 [&](Down&) {
                   want(event);
                   dial(event.by, event.by);
                 },
                 [&](Dialing&) { want(event); },
                 [&](Up& up) {
                   up.idle.hold(now_, event.hold.value_or(config_.call.idle_timeout));
                 },
                 [&](Leaving&) { want(event); },  // the good-bye is out: the next call's
                 [&](Draining&) { want(event); },
                 [&](Ending&) { want(event); },
                 [&](Waiting&) {
                   want(event);
                   if (!event.patient) dial(event.by, event.by);
                 },
             },
             state_);
}

void LinkMachine::forget_wishes() {
  wanted_.reset();
  resume_until_.reset();
}

void LinkMachine::end_on_purpose() {
  forget_wishes();
  ended_on_purpose_ = ended_on_purpose_ || !std::holds_alternative<Down>(state_);
}

void LinkMachine::on(const LeaveAsked&) {
  stopping_ = true;
  forget_wishes();
  drop_buffer();
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& dialing) { abort_dialing(dialing, "stop"); },
                 [&](Up& up) { leave(up, "stop"); },
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) { become(Down{}, "stop"); },
             },
             state_);
}

void LinkMachine::on(const DisconnectAsked&) {
  end_on_purpose();
  std::visit(Overloaded{
                 [&](Down&) {},
                 // A person who says so does not want what waits for a call to dial again at once.
                 [&](Dialing& dialing) {
                   drop_buffer();
                   abort_dialing(dialing, "disconnect");
                 },
                 [&](Up& up) {
                   drop_buffer();  // of a family that has not come
                   leave(up, "disconnect");
                 },
                 [&](Leaving&) { drop_buffer(); },
                 [&](Draining&) { drop_buffer(); },
                 [&](Ending&) { drop_buffer(); },
                 [&](Waiting&) {
                   drop_buffer();
                   become(Down{}, "disconnect");
                 },
             },
             state_);
}

void LinkMachine::block() {
  if (!blocked_) effect(SetBlocked{true});
  blocked_ = true;
  end_on_purpose();
  drop_buffer();
}

void LinkMachine::stay_blocked(std::string reason, std::string detail) {
  blocked_ = true;
  reason_ = std::move(reason);
  detail_ = std::move(detail);
}

void LinkMachine::on(const BlockAsked&) {
  block();
  std::visit(Overloaded{
                 [&](Down&) { reason_ = "block"; },
                 [&](Dialing& dialing) { abort_dialing(dialing, "block"); },
                 [&](Up& up) { leave(up, "block"); },
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) { become(Down{}, "block"); },
             },
             state_);
}

void LinkMachine::on(const UnblockAsked&) {
  stopping_ = false;
  if (!blocked_) return;
  blocked_ = false;
  failures_ = 0;
  detail_.clear();
  reason_ = "unblock";
  effect(SetBlocked{false});
}

// It belongs to a call: a link that is down has nobody to say good-bye to.
void LinkMachine::on(const FarewellWanted& event) {
  const auto patience = event.wanted ? std::optional(event.patience) : std::nullopt;
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) { up.call.farewell = patience; },
                 [&](Leaving& leaving) { leaving.up.call.farewell = patience; },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const FarewellSaid&) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) {},
                 [&](Leaving& leaving) { hang_up(leaving.up, std::move(leaving.reason)); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const Impaired& event) {
  impaired_ = event.impaired;
  std::visit(Overloaded{
                 // What came while the last call ended has waited for this.
                 [&](Down&) {
                   if (const auto first = buffer_.front(); first && !impaired_) dial("trigger", first->str());
                 },
                 [&](Dialing&) {},
                 [&](Up&) {},
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const StandsBehind& event) {
  if (event.behind && !behind_since_) behind_since_ = now_;
  if (!event.behind) behind_since_.reset();
}

std::optional<Time> LinkMachine::linger_deadline(const Call& call) const {
  if (!behind_since_ || !call.since || config_.standby_linger == Duration::max()) return std::nullopt;
  return after(std::max(*behind_since_, *call.since), config_.standby_linger);
}

void LinkMachine::on(Reconfigured&& event) {
  config_ = std::move(event.config);
  counters_.drops[Drop::budget] += buffer_.set_budget(config_.buffer);
  for (const auto family : {Family::v4, Family::v6})
    if (!config_.stable_for(family)) counters_.drops[Drop::family] += buffer_.take(family).size();
}

// ---- time ------------------------------------------------------------------------------------------------------------

void LinkMachine::on(const DeadlinePassed&) {
  counters_.drops[Drop::age] += buffer_.expire(now_);
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& d) {
                   if (now_ >= d.give_up) abort_dialing(d, std::string(to_string(CallEnd::TimedOut)), true);
                 },
                 [&](Up& up) { look_after(up); },
                 [&](Leaving& leaving) { look_after(leaving); },
                 [&](Draining& draining) { look_after(draining); },
                 [&](Ending& ending) {
                   if (now_ >= ending.deadline) gone(silent_supervisor());
                 },
                 [&](Waiting& w) {
                   if (now_ < w.until) return;
                   if (!dial_if_asked()) become(Down{}, reason_, detail_);
                 },
             },
             state_);
}

std::optional<Time> LinkMachine::deadline() const {
  std::optional<Time> earliest;
  const auto consider = [&earliest](std::optional<Time> t) {
    if (t && *t != Time::max() && (!earliest || *t < *earliest)) earliest = t;
  };
  if (const auto expiry = buffer_.next_expiry()) consider(after(*expiry, kExpiryBatch));
  std::visit(Overloaded{
                 [&](const Down&) {},
                 [&](const Dialing& d) { consider(d.give_up); },
                 [&](const Up& up) {
                   consider(up.idle.deadline());
                   consider(linger_deadline(up.call));
                   consider(up.carriage_deadline());
                 },
                 [&](const Leaving& leaving) {
                   consider(leaving.deadline);
                   consider(leaving.up.carriage_deadline());
                 },
                 [&](const Draining& draining) {
                   consider(draining.deadline);
                   consider(draining.check);
                 },
                 [&](const Ending& ending) { consider(ending.deadline); },
                 [&](const Waiting& w) { consider(w.until); },
             },
             state_);
  return earliest;
}

// Both are shown as the same state.
void LinkMachine::pass(State next) { state_ = std::move(next); }

void LinkMachine::become(State next, std::string reason, std::string detail) {
  out_.transitions.push_back({state_name(state_), state_name(next), reason, detail});
  if (const auto* over = call()) last_trigger_ = over->trigger;
  state_ = std::move(next);
  since_ = now_;
  reason_ = std::move(reason);
  detail_ = std::move(detail);
}

}  // namespace ghost::core
