// SPDX-License-Identifier: GPL-2.0-or-later
// A call that carries: the handover of each family, the watch for idleness, and how it is given back to the demand interface.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/overloaded.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {
namespace {

constexpr Duration kFamilyPatience = 15s;    // for the second address family (router advertisements take their time)
constexpr Duration kSettleInterval = 200ms;  // between looks at the replay's queue
constexpr Duration kSettlePatience = 60s;    // a line that never catches up gets its ordinary queue all the same
constexpr Duration kDrainInterval = 50ms;    // between looks at the queue before a hang-up
constexpr Duration kAskAgain = 1s;           // after a question to the kernel that had no answer
constexpr unsigned kAskAgainMax = 2;         // so often, then the call is hung up
constexpr Duration kDrainPatience = 10s;     // a dead line never runs dry

bool any(const Up& up, Carriage c) { return std::find(up.carriage.begin(), up.carriage.end(), c) != up.carriage.end(); }

}  // namespace

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
  if (const auto wanted = std::exchange(wanted_, std::nullopt)) up.hold_until = after(now_, wanted->hold);
  farewell_.reset();
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

// Of a dead call, too: these packets are accounted for nowhere else.
void LinkMachine::on(const SentOn& event) {
  counters_.replayed += event.replayed;
  counters_.drops += event.drops;
}

void LinkMachine::on(const HandedOver& event) {
  on(event.sent);
  if (event.serial != serial() || event.error.empty()) return;
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) {
                   hang_up("handover-failed", true, event.error);
                   for (auto packet : event.kept) std::ignore = take_in(packet);
                 },
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
    counters_.drops[Drop::family] += buffer_.take(family).size();
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

void LinkMachine::on(const IdleReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   if (event.serial != up.serial) return;
                   up.idle_asked = false;
                   if (up.leaving) return;
                   if (!event.remaining) return idle_is_unknown(up);
                   up.idle_unknown = 0;
                   const auto held = up.hold_until ? *up.hold_until - now_ : Duration::zero();
                   const auto remaining = std::max(*event.remaining, held);
                   if (remaining <= Duration::zero()) return leave("idle");
                   up.idle_deadline = after(now_, remaining);
                 },
                 [&](HangingUp&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// Money is not spent on ignorance: asked again soon, twice, then it is hung up.
void LinkMachine::idle_is_unknown(Up& up) {
  if (++up.idle_unknown > kAskAgainMax)
    return hang_up("idle-unknown", true, "the kernel does not say whether anything keeps the call up");
  up.idle_deadline = after(now_, kAskAgain);
}

// In order: whoever has promised to say good-bye does so first.
void LinkMachine::leave(std::string reason) {
  auto& up = std::get<Up>(state_);
  if (up.leaving) return;
  if (!farewell_) return hang_up(std::move(reason));
  up.leaving = {reason, after(now_, *farewell_)};
  effect(SayFarewell{std::move(reason)});
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

// ---- its deadlines

void LinkMachine::look_after(Up& up) {
  if (up.leaving && now_ >= up.leaving->deadline) return hang_up(std::string(up.leaving->reason));
  if (const auto linger = linger_deadline(); linger && now_ >= *linger && !up.leaving) return leave("standby");
  if (up.settle_deadline && now_ >= *up.settle_deadline && !up.family_deadline) {
    up.settle_deadline = after(now_, kSettleInterval);
    effect(SettleQueue{up.serial, now_ >= up.settle_force});
  }
  if (!up.leaving && !up.idle_asked && now_ >= up.idle_deadline) {
    up.idle_asked = true;
    effect(AskIdle{up.serial});
  }
  if (up.family_deadline && now_ >= *up.family_deadline) give_up_families(up);
}

void LinkMachine::look_after(HangingUp& h) {
  if (now_ >= h.deadline) {
    if (!h.draining) return gone(silent_supervisor());
    return tell_pppd(h);
  }
  if (h.draining && now_ >= h.check) {
    h.check = after(now_, kDrainInterval);
    effect(CheckDrained{h.serial});
  }
}

}  // namespace ghost::core
