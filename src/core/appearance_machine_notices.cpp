// SPDX-License-Identifier: GPL-2.0-or-later
// Who is told what, what he is known to believe, and the farewell.
#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/appearance_machine.hpp"
#include "core/receiver.hpp"

namespace ghost::core {

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
          .sequence = sequence_,
          .reason = {}};
}

// Tells everybody who has not been told.
void AppearanceMachine::announce(Present& present) {
  std::vector<Notifier*> who;
  for (auto& notifier : notifiers_) {
    // What is on its way may arrive yet, and must not be the last word.
    const bool pending = !notifier.quiet();
    // A restart of ghostd's is the same appearance still: nothing to be repeated.
    const bool repeat = notifier.announce().repeat && kind_ != AppearKind::restart;
    if (!notifier.belief().knows(present.addresses) || pending || repeat || even_if_told_) who.push_back(&notifier);
  }
  even_if_told_ = false;
  record_.addresses = present.addresses;
  carrier_nat_ = present.carrier_nat;
  if (!who.empty()) ++sequence_;
  for (auto* notifier : who) notifier->doubt();
  remember();
  const auto text = notice(NoticeKind::appear, present);
  for (auto* notifier : who) tell(*notifier, text);
  effect(TellAppeared{present.addresses, present.until, record_.next});
}

// patience: for its answer, if that is less than its own.
void AppearanceMachine::tell(Notifier& notifier, const Notice& notice, Duration patience) {
  if (const auto id = notifier.on_its_way()) effect(Abandon{*id});
  auto send = notifier.tell(notice, ++last_id_);
  send.announce.timeout = std::min(send.announce.timeout, patience);
  effect(std::move(send));
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
  if (std::erase_if(partings_, [&](const Parting& p) { return p.id == event.id; }) != 0) {
    if (farewell_said()) finish_farewell();
    return;
  }
  const auto told = std::find_if(notifiers_.begin(), notifiers_.end(),
                                 [&](const Notifier& n) { return n.on_its_way() == event.id; });
  if (told == notifiers_.end()) return;  // abandoned
  if (!told->answered(event, std::holds_alternative<Present>(state_), clocks_)) return;
  remember();
  if (farewell_said()) finish_farewell();
}

void AppearanceMachine::abandon(Notifier& notifier, NoticeResult result) {
  if (const auto abandoned = notifier.abandon(result, clocks_.wall)) effect(*abandoned);
}

// Or is about to go. Who needs no link is told without one.
void AppearanceMachine::link_gone() {
  for (auto& notifier : notifiers_)
    if (needs_link(notifier.announce())) abandon(notifier, NoticeResult::LinkGone);
  abandon_partings(false);
}

bool AppearanceMachine::all_settled() const {
  return std::all_of(notifiers_.begin(), notifiers_.end(), [](const Notifier& n) { return n.quiet(); });
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
  std::vector<Notifier*> who;
  for (auto& notifier : notifiers_)
    if (notifier.announce().vanish && notifier.maybe_told()) who.push_back(&notifier);
  for (auto& notifier : notifiers_)
    if (needs_link(notifier.announce())) abandon(notifier, NoticeResult::LinkGone);
  if (who.empty() && partings_.empty()) return finish_farewell();
  if (who.empty()) return;
  ++sequence_;
  for (auto* notifier : who) notifier->doubt();
  remember();
  auto text = notice(NoticeKind::vanish, present);
  text.reason = std::get<Vanishing>(state_).reason;
  for (auto* notifier : who) tell(*notifier, text, config_.appear.vanish_timeout);
}

// All who are told the end have answered, and the link is waiting for that. What else is on its way needs no link.
bool AppearanceMachine::farewell_said() const {
  const auto* v = std::get_if<Vanishing>(&state_);
  return v && v->deadline && partings_.empty() &&
         std::none_of(notifiers_.begin(), notifiers_.end(), [](const Notifier& n) { return n.telling(NoticeKind::vanish); });
}

void AppearanceMachine::finish_farewell() {
  std::get<Vanishing>(state_).deadline.reset();
  effect(FarewellDone{});
}

}  // namespace ghost::core
