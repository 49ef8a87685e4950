// SPDX-License-Identifier: GPL-2.0-or-later
// Which notifier is told what, and the farewell.
#include <algorithm>
#include <utility>

#include "core/appearance_machine.hpp"
#include "core/receiver.hpp"

namespace ghost::core {
namespace {

constexpr Duration kClockPatience = std::chrono::minutes(10);  // as a notice waits for the clock (notifier.cpp)

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
          .sequence = sequence_,
          .reason = {}};
}

// Tells each notifier whose receiver has not confirmed these addresses.
void AppearanceMachine::announce(Present& present) {
  std::vector<Notifier*> who;
  for (auto& notifier : notifiers_) {
    // A notice on its way may still arrive, and must not be the last one that arrives.
    const bool pending = !notifier.quiet();
    // After a restart of ghostd this is still the same appearance, so Repeat= does not apply.
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

// patience: how long to wait for the answer, if less than Timeout=.
void AppearanceMachine::tell(Notifier& notifier, const Notice& notice, Duration patience) {
  if (const auto id = notifier.on_its_way()) effect(Abandon{*id});
  auto send = notifier.tell(notice, ++last_id_);
  send.announce.timeout = std::min(send.announce.timeout, patience);
  effect(std::move(send));
}

// An answer that only a true clock lets through comes when the clock is set. A machine that never learns the time tells without it.
void AppearanceMachine::echo_answered(Present& present, const NoticeAnswered& event) {
  present.echo.reset();
  if (event.clock && !event.clock_is_set && !present.clock_patience) {
    present.clock_patience = after(clocks_.now, kClockPatience);
    return;
  }
  present.clock_patience.reset();
  // Without an answer, notices name the call's own addresses. carrier_nat tells whether these may be unreachable.
  if (const auto seen = IpAddress::parse(event.text); seen && event.result == NoticeResult::Ok) {
    std::erase_if(present.addresses, [&](const IpAddress& a) { return a.family() == seen->family(); });
    present.addresses.insert(present.addresses.begin(), *seen);
  }
  announce(present);
}

// present: as in Notifier::answered(). True: a notifier or a parting is done with its notice.
bool AppearanceMachine::note(const NoticeAnswered& event, bool present) {
  if (std::erase_if(partings_, [&](const Parting& p) { return p.id == event.id; }) != 0) return true;
  const auto told = std::find_if(notifiers_.begin(), notifiers_.end(),
                                 [&](const Notifier& n) { return n.on_its_way() == event.id; });
  if (told == notifiers_.end()) return false;  // abandoned
  if (!told->answered(event, present, clocks_)) return false;
  remember();
  return true;
}

// The step is what the wall clock has gained on the one that is never set, since it was last set. The appearance's own times move
// along if a notice has waited for that.
std::vector<AppearEffect> AppearanceMachine::clock_set(Clocks clocks) {
  clocks_ = clocks;
  out_.clear();
  if (const auto before = std::exchange(clock_offset_, offset_of(clocks))) clock_stepped(*before);
  return std::exchange(out_, {});
}

void AppearanceMachine::clock_stepped(WallTime::duration before) {
  const auto step = clock_offset_.value() - before;
  const bool waited = std::any_of(notifiers_.begin(), notifiers_.end(), [](const Notifier& n) { return n.waits_for_clock(); });
  for (auto& notifier : notifiers_) notifier.clock_set(clocks_.now, step);
  auto* present = std::get_if<Present>(&state_);
  if (present == nullptr || !(waited || present->clock_patience)) return;
  present->until += step;
  if (since_) *since_ += step;
  if (present->clock_patience && !present->echo) ask_echo(*present);
  remember();
}

void AppearanceMachine::ask_echo(Present& present) {
  present.echo = ++last_id_;
  effect(AskEcho{*present.echo, config_.appear.echo});
}

void AppearanceMachine::on(Present& present, const AppearDeadlinePassed&) {
  if (!present.clock_patience || clocks_.now < *present.clock_patience) return;
  if (present.echo) effect(Abandon{*std::exchange(present.echo, std::nullopt)});
  present.clock_patience.reset();
  announce(present);
}

void AppearanceMachine::hold_notice(std::uint64_t id, bool held) {
  for (auto& notifier : notifiers_) notifier.hold(id, held);
}

void AppearanceMachine::abandon(Notifier& notifier, NoticeResult result) {
  if (const auto abandoned = notifier.abandon(result, clocks_.wall)) effect(*abandoned);
}

// Abandons the partings that need the link, or all of them.
void AppearanceMachine::abandon_partings(bool all) {
  std::erase_if(partings_, [&](const Parting& parting) {
    const bool ends = all || needs_link(parting.announce);
    if (ends) effect(Abandon{parting.id});
    return ends;
  });
}

void AppearanceMachine::let_go(const NotifiersGone& event) {
  for (const auto& notifier : event.gone)
    if (const auto id = notifier.on_its_way()) effect(Abandon{*id});
}

// The answer of the notifier's former receiver must not count as one of the present receiver.
void AppearanceMachine::not_for_another(Notifier& notifier) {
  if (notifier.telling(NoticeKind::appear)) abandon(notifier, NoticeResult::LinkGone);
}

// The link has gone, or is about to go. A notifier that needs no link continues.
void AppearanceMachine::link_gone() {
  for (auto& notifier : notifiers_)
    if (needs_link(notifier.announce())) abandon(notifier, NoticeResult::LinkGone);
  abandon_partings(false);
}

bool AppearanceMachine::all_settled() const {
  return std::all_of(notifiers_.begin(), notifiers_.end(), [](const Notifier& n) { return n.quiet(); });
}

// ---- the farewell ----------------------------------------------------------------------------------------------------

// Tells the end to each notifier that was told, or may have been. An appear notice that is still on its way is abandoned, unless
// it needs no link.
void AppearanceMachine::say_farewell(const Present& present, Vanishing& vanishing) {
  std::vector<Notifier*> who;
  for (auto& notifier : notifiers_)
    if (notifier.announce().vanish && notifier.maybe_told()) who.push_back(&notifier);
  for (auto& notifier : notifiers_)
    if (needs_link(notifier.announce())) abandon(notifier, NoticeResult::LinkGone);
  if (who.empty() && partings_.empty()) return finish_farewell(vanishing);
  if (!who.empty()) tell_end(who, present, vanishing.reason, config_.appear.vanish_timeout);
}

void AppearanceMachine::tell_end(const std::vector<Notifier*>& who, const Present& present, const std::string& reason,
                                 Duration patience) {
  ++sequence_;
  for (auto* notifier : who) notifier->doubt();
  remember();
  auto text = notice(NoticeKind::vanish, present);
  text.reason = reason;
  for (auto* notifier : who) tell(*notifier, text, patience);
}

// The appearance ends, and nobody could say good-bye, because the line has dropped. Notifiers that need no line are told the end
// without one.
void AppearanceMachine::tell_end_without_link(const std::string& reason) {
  std::vector<Notifier*> who;
  for (auto& notifier : notifiers_)
    if (notifier.announce().vanish && !needs_link(notifier.announce()) && notifier.maybe_told()) who.push_back(&notifier);
  if (who.empty() || record_.addresses.empty()) return;
  const Present last{.until = clocks_.wall, .local = {}, .addresses = record_.addresses, .echo = {}, .carrier_nat = carrier_nat_};
  tell_end(who, last, reason, Duration::max());
}

// True: the link waits for the good-bye, and each notifier that is told the end has answered. Other notices need no link.
bool AppearanceMachine::farewell_said(const Vanishing& vanishing) const {
  return vanishing.deadline && partings_.empty() &&
         std::none_of(notifiers_.begin(), notifiers_.end(), [](const Notifier& n) { return n.telling(NoticeKind::vanish); });
}

void AppearanceMachine::finish_farewell(Vanishing& vanishing) {
  vanishing.deadline.reset();
  effect(FarewellDone{});
}

}  // namespace ghost::core
