// SPDX-License-Identifier: GPL-2.0-or-later
// A function an event; in it, every state answers. There is no catch-all: a new state or event does not compile until
// each of its meetings has been thought of.
#include "core/link_machine.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/backoff.hpp"

namespace ghost::core {
namespace {

constexpr Duration kFamilyPatience = 15s;    // for the second address family (router advertisements take their time)
constexpr Duration kSettleInterval = 200ms;  // between looks at the replay's queue
constexpr Duration kSettlePatience = 60s;    // a line that never catches up gets its ordinary queue all the same
constexpr Duration kDrainInterval = 50ms;    // between looks at the queue before a hang-up
constexpr Duration kDrainPatience = 10s;     // a dead line never runs dry
constexpr Duration kSupervisorGrace = 30s;   // beyond the supervisor's own deadlines
constexpr Duration kExpiryBatch = 250ms;     // packets that expire together are dropped in one go
constexpr Duration kStableCall = 60s;        // a call that lasted so long was no failure

// "infinity" must not wrap around.
Time after(Time t, Duration d) { return d > Time::max() - t ? Time::max() : t + d; }

bool any(const Up& up, Carriage c) { return std::find(up.carriage.begin(), up.carriage.end(), c) != up.carriage.end(); }

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
  counters_.dropped += pushed.dropped;
  counters_.coalesced += pushed.coalesced ? 1 : 0;
}

void LinkMachine::on(PacketArrived&& event) {
  const auto info = describe_packet(event.bytes);
  if (!info) {
    ++counters_.malformed;
    return;
  }
  // Blocked: it slipped past the kernel's own refusal. Of a family without a stable address: no call would carry it.
  if (blocked_ || !config_.stable_for(info->family())) {
    ++counters_.dropped;
    return;
  }
  std::visit(Overloaded{
                 [&](Down&) {
                   buffer(std::move(event.bytes), *info);
                   dial("trigger", info->str());
                 },
                 [&](Dialing&) { buffer(std::move(event.bytes), *info); },
                 [&](Up& up) {
                   switch (up.of(info->family())) {
                     case Carriage::carried:
                       ++counters_.replayed;
                       effect(Reinject{std::move(event.bytes)});
                       return;
                     case Carriage::pending: buffer(std::move(event.bytes), *info); return;
                     case Carriage::unused:
                     case Carriage::given_up: ++counters_.dropped; return;
                   }
                 },
                 [&](HangingUp&) { buffer(std::move(event.bytes), *info); },
                 [&](Waiting&) { buffer(std::move(event.bytes), *info); },
             },
             state_);
}

// ---- people ----------------------------------------------------------------------------------------------------------

void LinkMachine::on(const ConnectAsked&) {
  if (blocked_) return;
  std::visit(Overloaded{
                 [&](Down&) {
                   wanted_ = true;
                   dial("connect", "connect");
                 },
                 [&](Dialing&) { wanted_ = true; },
                 [&](Up& up) { up.hold_until = after(now_, config_.call.idle_timeout); },
                 [&](HangingUp&) { wanted_ = true; },
                 [&](Waiting&) {
                   wanted_ = true;
                   dial("connect", "connect");
                 },
             },
             state_);
}

void LinkMachine::on(const DisconnectAsked&) {
  wanted_ = false;
  resume_until_.reset();
  std::visit(Overloaded{
                 [&](Down&) {},
                 // Who says so does not want what waits for a call to dial again at once.
                 [&](Dialing&) {
                   drop_buffer();
                   abort_dialing("disconnect");
                 },
                 [&](Up&) {
                   drop_buffer();  // of a family that has not come
                   hang_up("disconnect");
                 },
                 [&](HangingUp&) {},
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
  wanted_ = false;
  resume_until_.reset();
  drop_buffer();
}

void LinkMachine::on(const BlockAsked&) {
  block();
  std::visit(Overloaded{
                 [&](Down&) { reason_ = "block"; },
                 [&](Dialing&) { abort_dialing("block"); },
                 [&](Up&) { hang_up("block"); },
                 [&](HangingUp&) {},
                 [&](Waiting&) { become(Down{}, "block"); },
             },
             state_);
}

void LinkMachine::on(const UnblockAsked&) {
  if (!blocked_) return;
  blocked_ = false;
  failures_ = 0;
  detail_.clear();
  reason_ = "unblock";
  effect(SetBlocked{false});
}

void LinkMachine::on(Reconfigured&& event) {
  config_ = std::move(event.config);
  counters_.dropped += buffer_.set_budget(config_.buffer);
  for (const auto family : {Family::v4, Family::v6})
    if (!config_.stable_for(family)) counters_.dropped += buffer_.take(family).size();
}

// ---- the call --------------------------------------------------------------------------------------------------------

void LinkMachine::dial(std::string reason, std::string trigger) {
  last_serial_ = next(last_serial_);
  trigger_ = std::move(trigger);
  effect(StartCall{last_serial_});
  started(last_serial_);
  become(Dialing{last_serial_, {}}, std::move(reason));
  const auto& c = config_.call;
  std::get<Dialing>(state_).give_up = after(
      now_, c.dial_timeout + 2 * c.negotiate_timeout + c.hangup_timeout + kSupervisorGrace);
}

void LinkMachine::started(CallSerial serial) {
  last_serial_ = serial;
  ++counters_.calls;
  agreed_ = {};
}

// Something may have asked for a call while none could be made.
bool LinkMachine::dial_if_asked() {
  if (const auto first = buffer_.front()) dial("trigger", first->str());
  else if (wanted_) dial("connect", "connect");
  else if (resume_until_ && now_ < *resume_until_) dial("resume", trigger_);
  else return false;
  return true;
}

void LinkMachine::on(const CallReport& event) {
  // A call begun by an earlier ghostd, told by the supervisor at our start.
  if (std::holds_alternative<Down>(state_) && std::holds_alternative<CallStarted>(event.what) &&
      event.serial > last_serial_) {
    started(event.serial);
    become(Dialing{event.serial, after(now_, config_.call.negotiate_timeout + kSupervisorGrace)}, "adopted");
    if (blocked_) abort_dialing("block");
    return;
  }
  if (event.serial != serial() || event.serial == CallSerial::none) return;  // late news of a dead call
  std::visit(Overloaded{
                 [&](const CallStarted&) {},
                 [&](const CallAddress& news) { agreed_[static_cast<std::size_t>(news.local.family())] = news; },
                 [&](const CallGone& news) { gone(news); },
             },
             event.what);
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
                 [&](Up&) { after_drop(news); },
                 [&](HangingUp& h) {
                   for (const auto& a : h.local) effect(ForgetAddress{a});
                   if (h.failed) {
                     const bool asked_since = wanted_;  // a Connect while it was being ended is a new one
                     after_failure(news);
                     if (asked_since && std::holds_alternative<Waiting>(state_)) on(ConnectAsked{});
                     return;
                   }
                   failures_ = 0;
                   if (!dial_if_asked())
                     become(Down{}, reason_, news.reason == CallEnd::HungUp ? std::string{} : news.detail);
                 },
                 [&](Waiting&) {},
             },
             state_);
}

// The call did not come about.
void LinkMachine::after_failure(const CallGone& news) {
  ++failures_;
  wanted_ = false;
  // When we ended it because it went wrong, that is the reason, and not that it then hung up in order.
  const bool ours = news.reason == CallEnd::HungUp && std::holds_alternative<HangingUp>(state_);
  const auto reason = ours ? reason_ : std::string(to_string(news.reason));
  const auto detail = ours ? detail_ : news.detail;
  wait_or_block(news.reason, reason, detail);
}

void LinkMachine::wait_or_block(CallEnd end, std::string reason, std::string detail) {
  const auto& call = config_.call;
  if (needs_a_person(end) || (call.redial_attempts != 0 && failures_ >= call.redial_attempts)) block();
  if (blocked_) return become(Down{}, std::move(reason), std::move(detail));
  become(Waiting{after(now_, redial_delay(call, failures_))}, std::move(reason), std::move(detail));
}

// The call was up, and went without our asking.
void LinkMachine::after_drop(const CallGone& news) {
  const auto& up = std::get<Up>(state_);
  effect(RouteBack{});
  for (const auto& a : up.addresses()) effect(ForgetAddress{a});
  failures_ = now_ - since_ >= kStableCall ? 0 : failures_ + 1;
  if (up.idle_deadline > now_) resume_until_ = up.idle_deadline;
  wait_or_block(news.reason, std::string(to_string(news.reason)), news.detail);
}

// ---- handover --------------------------------------------------------------------------------------------------------

void LinkMachine::on(const InterfaceAppeared&) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) { effect(PrepareInterface{}); },
                 [&](Up&) {},
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const AddressAppeared& event) {
  if (!config_.stable_for(event.local.family())) return;  // the link does not carry this family
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& d) { bring_up(d.serial, event.local); },
                 [&](Up& up) {
                   const auto& known = up.local[static_cast<std::size_t>(event.local.family())];
                   if (known && up.of(event.local.family()) == Carriage::carried) return;  // a second address changes nothing
                   hand_over(up, event.local);
                 },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::bring_up(CallSerial serial, const IpAddress& local) {
  Up up{.serial = serial};
  for (const auto& stable : config_.stable) up.of(stable.family()) = Carriage::pending;
  up.idle_deadline = after(now_, config_.call.idle_timeout);
  if (std::exchange(wanted_, false)) up.hold_until = up.idle_deadline;
  resume_until_.reset();
  become(std::move(up), reason_);
  hand_over(std::get<Up>(state_), local);
}

void LinkMachine::hand_over(Up& up, const IpAddress& local) {
  const auto family = local.family();
  if (up.of(family) == Carriage::given_up) effect(RefuseFamily{family, false});
  up.of(family) = Carriage::carried;
  up.local[static_cast<std::size_t>(family)] = local;
  up.family_deadline = any(up, Carriage::pending) ? std::optional(after(now_, kFamilyPatience)) : std::nullopt;
  up.settle_deadline = after(now_, kSettleInterval);
  up.settle_force = after(now_, kSettlePatience);
  effect(Handover{up.serial, family, buffer_.take(family)});
}

void LinkMachine::on(const HandedOver& event) {
  counters_.replayed += event.replayed;  // of a dead call, too: these packets are accounted for nowhere else
  counters_.dropped += event.lost;
  if (event.serial != serial() || event.error.empty()) return;
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) { hang_up("handover-failed", true, event.error); },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const AddressVanished& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   auto& known = up.local[static_cast<std::size_t>(event.local.family())];
                   if (known != event.local) return;
                   known.reset();
                   up.of(event.local.family()) = Carriage::pending;  // its packets wait: it may come back with another
                   up.family_deadline = after(now_, kFamilyPatience);
                   effect(ForgetAddress{event.local});
                 },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::give_up_families(Up& up) {
  up.family_deadline.reset();
  if (!any(up, Carriage::carried)) return hang_up("address-lost", true);
  for (const auto family : {Family::v4, Family::v6}) {
    if (up.of(family) != Carriage::pending) continue;
    up.of(family) = Carriage::given_up;
    counters_.dropped += buffer_.take(family).size();
    effect(RefuseFamily{family, true});
  }
}

void LinkMachine::on(const QueueReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   if (event.serial != up.serial) return;
                   if (event.normal) up.settle_deadline.reset();
                   else up.settle_deadline = after(now_, kSettleInterval);
                 },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// ---- idleness and the end --------------------------------------------------------------------------------------------

void LinkMachine::on(const IdleReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   if (event.serial != up.serial) return;
                   up.idle_asked = false;
                   const auto held = up.hold_until ? *up.hold_until - now_ : Duration::zero();
                   const auto remaining = std::max(event.remaining, held);
                   if (remaining <= Duration::zero()) return hang_up("idle");
                   up.idle_deadline = after(now_, remaining);
                 },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::hang_up(std::string reason, bool failed, std::string detail) {
  const auto& up = std::get<Up>(state_);
  effect(RouteBack{});
  effect(CheckDrained{up.serial});
  become(HangingUp{.serial = up.serial,
                   .draining = true,
                   .failed = failed,
                   .check = after(now_, kDrainInterval),
                   .deadline = after(now_, kDrainPatience),
                   .local = up.addresses()},
         std::move(reason), std::move(detail));
}

void LinkMachine::abort_dialing(std::string reason, bool failed) {
  wanted_ = false;  // who asked for this call has had an answer
  become(HangingUp{.serial = serial(), .failed = failed}, std::move(reason));
  tell_pppd(std::get<HangingUp>(state_));
}

void LinkMachine::tell_pppd(HangingUp& h) {
  h.draining = false;
  h.deadline = after(now_, config_.call.hangup_timeout + kSupervisorGrace);
  effect(EndCall{h.serial});
}

void LinkMachine::on(const DrainReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) {},
                 [&](HangingUp& h) {
                   if (event.serial == h.serial && h.draining && event.empty) tell_pppd(h);
                 },
                 [&](Waiting&) {},
             },
             state_);
}

// ---- time ------------------------------------------------------------------------------------------------------------

void LinkMachine::on(const DeadlinePassed&) {
  counters_.dropped += buffer_.expire(now_);
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& d) {
                   if (now_ >= d.give_up) abort_dialing(std::string(to_string(CallEnd::TimedOut)), true);
                 },
                 [&](Up& up) {
                   if (up.settle_deadline && now_ >= *up.settle_deadline && !up.family_deadline) {
                     up.settle_deadline = after(now_, kSettleInterval);
                     effect(SettleQueue{up.serial, now_ >= up.settle_force});
                   }
                   if (!up.idle_asked && now_ >= up.idle_deadline) {
                     up.idle_asked = true;
                     effect(AskIdle{up.serial});
                   }
                   if (up.family_deadline && now_ >= *up.family_deadline) give_up_families(up);
                 },
                 [&](HangingUp& h) {
                   if (now_ >= h.deadline) {
                     if (!h.draining) return gone(silent_supervisor());
                     return tell_pppd(h);
                   }
                   if (h.draining && now_ >= h.check) {
                     h.check = after(now_, kDrainInterval);
                     effect(CheckDrained{h.serial});
                   }
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
                   if (!up.idle_asked) consider(up.idle_deadline);
                   consider(up.family_deadline);
                   if (!up.family_deadline) consider(up.settle_deadline);
                 },
                 [&](const HangingUp& h) {
                   consider(h.deadline);
                   if (h.draining) consider(h.check);
                 },
                 [&](const Waiting& w) { consider(w.until); },
             },
             state_);
  return earliest;
}

void LinkMachine::become(State next, std::string reason, std::string detail) {
  out_.transitions.push_back({state_name(state_), state_name(next), reason, detail});
  state_ = std::move(next);
  since_ = now_;
  reason_ = std::move(reason);
  detail_ = std::move(detail);
}

}  // namespace ghost::core
