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
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::on(const AddressAppeared& event) {
  if (!config_.stable_for(event.local.family())) return;  // the link does not carry this family
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing& d) { bring_up(d.serial, event.local); },
                 [&](Up& up) { appeared(up, event.local); },
                 [&](Leaving& leaving) { appeared(leaving.up, event.local); },
                 [&](Draining&) {},
                 [&](Ending&) {},
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

void LinkMachine::appeared(Up& up, const IpAddress& local) {
  const auto& known = up.local[static_cast<std::size_t>(local.family())];
  if (known && up.of(local.family()) == Carriage::carried) return;  // a second address changes nothing
  hand_over(up, local);
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
                 [&](Up& up) { handover_failed(up, event); },
                 [&](Leaving& leaving) { handover_failed(leaving.up, event); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::handover_failed(const Up& up, const HandedOver& event) {
  hang_up(up, "handover-failed", true, event.error);
  for (auto packet : event.kept) std::ignore = take_in(packet);
}

void LinkMachine::on(const AddressVanished& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) { vanished(up, event.local); },
                 [&](Leaving& leaving) { vanished(leaving.up, event.local); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::vanished(Up& up, const IpAddress& local) {
  auto& known = up.local[static_cast<std::size_t>(local.family())];
  if (known != local) return;
  known.reset();
  up.of(local.family()) = Carriage::pending;  // its packets wait: it may come back with another
  up.family_deadline = after(now_, kFamilyPatience);
  effect(ForgetAddress{local});
}

void LinkMachine::give_up_families(Up& up) {
  up.family_deadline.reset();
  if (!any(up, Carriage::carried)) return hang_up(up, "address-lost", true);
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
                 [&](Up& up) { looked_at(up, event); },
                 [&](Leaving& leaving) { looked_at(leaving.up, event); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::looked_at(Up& up, const QueueReport& event) {
  if (event.serial != up.serial) return;
  if (event.normal) up.settle_deadline.reset();
  else up.settle_deadline = after(now_, kSettleInterval);
}

void LinkMachine::on(const IdleReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   if (event.serial != up.serial) return;
                   up.idle_asked = false;
                   if (!event.remaining) return idle_is_unknown(up);
                   up.idle_unknown = 0;
                   const auto held = up.hold_until ? *up.hold_until - now_ : Duration::zero();
                   const auto remaining = std::max(*event.remaining, held);
                   if (remaining <= Duration::zero()) return leave(up, "idle");
                   up.idle_deadline = after(now_, remaining);
                 },
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// Money is not spent on ignorance: asked again soon, twice, then it is hung up.
void LinkMachine::idle_is_unknown(Up& up) {
  if (++up.idle_unknown > kAskAgainMax)
    return hang_up(up, "idle-unknown", true, "the kernel does not say whether anything keeps the call up");
  up.idle_deadline = after(now_, kAskAgain);
}

// In order: whoever has promised to say good-bye does so first.
void LinkMachine::leave(const Up& up, std::string reason) {
  if (!farewell_) return hang_up(up, std::move(reason));
  effect(SayFarewell{reason});
  pass(Leaving{up, std::move(reason), after(now_, *farewell_)});
}

void LinkMachine::hang_up(const Up& up, std::string reason, bool failed, std::string detail) {
  effect(RouteBack{});
  effect(CheckDrained{up.serial});
  become(Draining{up.serial, failed, up.addresses(), after(now_, kDrainInterval), after(now_, kDrainPatience)}, std::move(reason),
         std::move(detail));
}

void LinkMachine::on(const DrainReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) {},
                 [&](Leaving&) {},
                 [&](Draining& draining) {
                   if (event.serial == draining.serial && event.empty) end(draining);
                 },
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// ---- its deadlines

void LinkMachine::look_after(Up& up) {
  if (const auto linger = linger_deadline(); linger && now_ >= *linger) return leave(up, "standby");
  settle(up);
  if (!up.idle_asked && now_ >= up.idle_deadline) {
    up.idle_asked = true;
    effect(AskIdle{up.serial});
  }
  if (up.family_deadline && now_ >= *up.family_deadline) give_up_families(up);
}

void LinkMachine::look_after(Leaving& leaving) {
  auto& up = leaving.up;
  if (now_ >= leaving.deadline) return hang_up(up, std::move(leaving.reason));
  settle(up);
  if (up.family_deadline && now_ >= *up.family_deadline) give_up_families(up);
}

void LinkMachine::settle(Up& up) {
  if (!up.settle_deadline || now_ < *up.settle_deadline || up.family_deadline) return;
  up.settle_deadline = after(now_, kSettleInterval);
  effect(SettleQueue{up.serial, now_ >= up.settle_force});
}

void LinkMachine::look_after(Draining& draining) {
  if (now_ >= draining.deadline) return end(draining);
  if (now_ < draining.check) return;
  draining.check = after(now_, kDrainInterval);
  effect(CheckDrained{draining.serial});
}

void LinkMachine::end(Draining& draining) { pass(tell_pppd(draining.serial, draining.failed, std::move(draining.local))); }

}  // namespace ghost::core
