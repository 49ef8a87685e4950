// SPDX-License-Identifier: GPL-2.0-or-later
// A call that carries: the handover of each family, the watch for idleness, and how it is given back to the demand interface.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/overloaded.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {
namespace {

constexpr Duration kDrainInterval = 50ms;    // between looks at the queue before a hang-up
constexpr Duration kDrainPatience = 10s;     // a dead line never runs dry

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
                 [&](Dialing& d) { bring_up(d.call, event.local); },
                 [&](Up& up) { appeared(up, event.local); },
                 [&](Leaving& leaving) { appeared(leaving.up, event.local); },
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

void LinkMachine::bring_up(Call call, const IpAddress& local) {
  call.since = now_;
  const auto wanted = std::exchange(wanted_, std::nullopt);
  resume_until_.reset();
  become(Up{.call = std::move(call),
            .families = Families(config_.stable),
            .idle = {now_, config_.call.idle_timeout, wanted ? std::optional(wanted->hold) : std::nullopt}},
         reason_);
  hand_over(std::get<Up>(state_), local);
}

void LinkMachine::appeared(Up& up, const IpAddress& local) {
  if (up.of(local.family()) == Carriage::carried) return;  // a second address changes nothing
  hand_over(up, local);
}

void LinkMachine::hand_over(Up& up, const IpAddress& local) {
  const auto family = local.family();
  if (up.families.carry(local, now_) == Carriage::given_up) effect(RefuseFamily{family, false});
  up.settling.begin(now_);
  effect(Handover{up.call.serial, family, buffer_.take(family)});
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
  if (up.families.lose(local, now_)) effect(ForgetAddress{local});
}

void LinkMachine::give_up_families(Up& up) {
  if (now_ < up.families.deadline().value_or(Time::max())) return;
  if (!up.families.any(Carriage::carried)) return hang_up(up, "address-lost", true);
  for (const auto family : up.families.give_up()) {
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
  if (event.serial == up.call.serial) up.settling.answer(now_, event.normal);
}

void LinkMachine::on(const IdleReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up& up) {
                   if (event.serial != up.call.serial) return;
                   switch (up.idle.answer(now_, event.remaining)) {
                     case IdleWatch::Verdict::needed: return;
                     case IdleWatch::Verdict::idle: return leave(up, "idle");
                     case IdleWatch::Verdict::unknown:
                       return hang_up(up, "idle-unknown", true, "the kernel does not say whether anything keeps the call up");
                   }
                 },
                 [&](Leaving&) {},
                 [&](Draining&) {},
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// In order: whoever has promised to say good-bye does so first.
void LinkMachine::leave(const Up& up, std::string reason) {
  if (!up.call.farewell) return hang_up(up, std::move(reason));
  effect(SayFarewell{reason});
  pass(Leaving{up, std::move(reason), after(now_, *up.call.farewell)});
}

void LinkMachine::hang_up(const Up& up, std::string reason, bool failed, std::string detail) {
  effect(RouteBack{});
  effect(CheckDrained{up.call.serial});
  become(Draining{up.call, failed, up.addresses(), after(now_, kDrainInterval), after(now_, kDrainPatience)}, std::move(reason),
         std::move(detail));
}

void LinkMachine::on(const DrainReport& event) {
  std::visit(Overloaded{
                 [&](Down&) {},
                 [&](Dialing&) {},
                 [&](Up&) {},
                 [&](Leaving&) {},
                 [&](Draining& draining) {
                   if (event.serial == draining.call.serial && event.empty) end(draining);
                 },
                 [&](Ending&) {},
                 [&](Waiting&) {},
             },
             state_);
}

// ---- its deadlines

void LinkMachine::look_after(Up& up) {
  if (const auto linger = linger_deadline(up.call); linger && now_ >= *linger) return leave(up, "standby");
  settle(up);
  if (up.idle.ask(now_)) effect(AskIdle{up.call.serial});
  give_up_families(up);
}

void LinkMachine::look_after(Leaving& leaving) {
  auto& up = leaving.up;
  if (now_ >= leaving.deadline) return hang_up(up, std::move(leaving.reason));
  settle(up);
  give_up_families(up);
}

void LinkMachine::settle(Up& up) {
  if (up.families.deadline()) return;  // the queue will have the other family's replay, too
  const auto look = up.settling.look(now_);
  if (look != Settling::Look::not_now) effect(SettleQueue{up.call.serial, look == Settling::Look::force});
}

void LinkMachine::look_after(Draining& draining) {
  if (now_ >= draining.deadline) return end(draining);
  if (now_ < draining.check) return;
  draining.check = after(now_, kDrainInterval);
  effect(CheckDrained{draining.call.serial});
}

void LinkMachine::end(Draining& draining) { pass(tell_pppd(std::move(draining.call), draining.failed, std::move(draining.local))); }

}  // namespace ghost::core
