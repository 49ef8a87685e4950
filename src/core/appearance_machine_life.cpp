// SPDX-License-Identifier: GPL-2.0-or-later
// What each state makes of an event, in the order of an appearance's life. One-line functions are in the header. What means
// nothing is listed in appearance_machine.cpp.
#include <algorithm>
#include <utility>

#include "core/appearance_machine.hpp"
#include "core/carrier_nat.hpp"
#include "core/receiver.hpp"

namespace ghost::core {
namespace {

constexpr Duration kUntilSettled = std::chrono::seconds(5);  // more than a first notice waits (first_notice.hpp)

// After a failed call, a person and the day's first appearance call at once. The others may come every few minutes, and a provider
// that refuses must not see more calls because of them.
bool waits_its_turn(AppearKind kind) { return kind != AppearKind::asked && kind != AppearKind::calendar; }

}  // namespace

// ---- asked -----------------------------------------------------------------------------------------------------------

void AppearanceMachine::begin(const AppearRequested& event) {
  note_begin(event);
  since_.reset();
  failure_.clear();
  record_.addresses.clear();
  for (auto& notifier : notifiers_) {
    abandon(notifier, NoticeResult::LinkGone);  // a notice of the last appearance may still be on its way to a file
    notifier.begin();
  }
  state_ = Connecting{.give_up = after(clocks_.now, config_.appear.connect_timeout), .until = {}};
  remember();
  effect(WantLink{hold_, waits_its_turn(event.kind)});
}

void AppearanceMachine::note_begin(const AppearRequested& event) {
  hold_ = event.hold == Duration::zero() ? config_.appear.hold : event.hold;
  even_if_told_ = event.kind == AppearKind::asked;
  kind_ = event.kind;
  // A prolonged appearance keeps the addresses of its call until it gets others.
  record_ = AppearanceRecord{.begun = clocks_.wall,
                             .ended = {},
                             .kind = std::string(to_string(event.kind)),
                             .outcome = {},
                             .addresses = std::move(record_.addresses),
                             .next = event.next,
                             .notices = {}};
}

void AppearanceMachine::note_prolonged(const AppearRequested& event) {
  record_.ended = clocks_.wall;
  record_.outcome = "prolonged";
  remember();
  note_begin(event);
}

// This alone sends no notice. The next notice names the time.
void AppearanceMachine::learn(const NextKnown& event) {
  if (record_.next == event.next) return;
  record_.next = event.next;
  remember();
}

// ---- connecting ------------------------------------------------------------------------------------------------------

void AppearanceMachine::on(Connecting& connecting, const AppearRequested& event) {
  const bool even_if_told = even_if_told_;
  const auto hold = hold_;
  note_prolonged(event);
  even_if_told_ = even_if_told_ || even_if_told;
  connecting.give_up = after(clocks_.now, config_.appear.connect_timeout);
  // A shorter wish shortens neither an earlier one nor what receivers were told.
  if (connecting.until) connecting.again = std::max(hold_, connecting.again.value_or(hold_));
  hold_ = std::max(hold_, hold);
  since_.reset();
  remember();
  effect(WantLink{connecting.again.value_or(hold_), waits_its_turn(event.kind)});
}

void AppearanceMachine::on(Connecting& connecting, const LinkSeen& event) {
  if (!event.failure.empty()) failure_ = event.failure;
  wait_for_sleep(connecting, event.asleep);
  if (event.up) {
    if (event.addresses.empty()) return;
    if (!since_) since_ = clocks_.wall;
    auto until = connecting.until.value_or(clocks_.wall + hold_);
    if (connecting.again) until = std::max(until, clocks_.wall + *connecting.again);
    if (connecting.until && until - clocks_.wall > connecting.again.value_or(Duration::zero()))
      effect(WantLink{std::min<Duration>(until - clocks_.wall, hold_)});
    effect(WantFarewell{true, config_.appear.vanish_timeout});
    return be_present(until, event.addresses);
  }
  // A person who hangs up now does not want the link to call again.
  if (event.blocked || (event.refused && !event.trying)) return end(event.reason, true);
  if (!event.trying) effect(patient_wish(connecting));
}

// ConnectTimeout= does not run while the machine sleeps, or is about to: no call could be made. A time that receivers were told does.
void AppearanceMachine::wait_for_sleep(Connecting& connecting, bool asleep) {
  if (connecting.until) return;
  if (asleep) connecting.give_up.reset();
  else if (!connecting.give_up) connecting.give_up = after(clocks_.now, config_.appear.connect_timeout);
}

// A call that comes late does not prolong what receivers were told before the line dropped. The rest is asked for when the link
// is up and settled. Until then the call must not become idle.
WantLink AppearanceMachine::patient_wish(const Connecting& connecting) const {
  return {connecting.until ? std::min(hold_, connecting.again.value_or(kUntilSettled)) : hold_, true};
}

// The link carries again, and its first notice waits. Receivers believe what they were told before the line dropped.
void AppearanceMachine::on(Connecting& connecting, const FarewellAsked& event) {
  if (!connecting.until) return effect(FarewellDone{});
  const Present before{.until = *connecting.until, .local = {}, .addresses = record_.addresses, .echo = {}};
  state_ = Vanishing{event.reason, after(clocks_.now, config_.appear.vanish_timeout),
                     event.moves ? std::optional(before.until) : std::nullopt};
  say_farewell(before, std::get<Vanishing>(state_));
}

void AppearanceMachine::on(Connecting& connecting, const AppearDeadlinePassed&) {
  if (connecting.give_up && clocks_.now >= *connecting.give_up) end(failure_.empty() ? "TimedOut" : failure_, true);
}

// ---- present ---------------------------------------------------------------------------------------------------------

// The link carries with these addresses, which are its first ones or have just changed.
void AppearanceMachine::be_present(WallTime until, const std::vector<IpAddress>& addresses) {
  Present p{.until = until, .local = addresses, .addresses = addresses, .echo = {}};
  p.carrier_nat = std::any_of(addresses.begin(), addresses.end(), [](const auto& a) { return behind_carrier_nat(a); });
  state_ = std::move(p);
  auto& present = std::get<Present>(state_);
  if (!present.carrier_nat || config_.appear.echo.empty()) return announce(present);
  ask_echo(present);
}

void AppearanceMachine::on(Present& present, const AppearRequested& event) {
  // If the clock was put back, the rest must not become longer than the whole hold.
  const auto rest = std::min<Duration>(present.until - clocks_.wall, hold_);
  note_prolonged(event);
  since_ = clocks_.wall;
  hold_ = std::max(hold_, rest);
  present.until = clocks_.wall + std::chrono::duration_cast<WallTime::duration>(hold_);
  effect(WantLink{hold_});
  if (!waits_for_echo(present)) announce(present);
}

void AppearanceMachine::on(Present& present, const LinkSeen& event) {
  if (!event.up) return lost(present, event);
  if (event.addresses.empty() || event.addresses == present.local) return;
  if (present.echo) effect(Abandon{*present.echo});
  be_present(present.until, event.addresses);
}

// The line dropped. The announced time still holds, so the machine asks for a call again until then.
void AppearanceMachine::lost(const Present& present, const LinkSeen& event) {
  const auto until = present.until;
  if (present.echo) effect(Abandon{*present.echo});
  link_gone();
  effect(WantFarewell{});
  if (event.blocked || until <= clocks_.wall) return end(event.reason, false);
  call_again(until, event);
}

void AppearanceMachine::call_again(WallTime until, const LinkSeen& event) {
  effect(TellVanished{event.reason});
  // If the clock was put back, the rest must not become longer than the whole hold.
  hold_ = std::min<Duration>(until - clocks_.wall, hold_);
  state_ = Connecting{.give_up = after(clocks_.now, hold_), .until = until};
  failure_ = event.reason;
  remember();
  if (!event.trying) effect(patient_wish(std::get<Connecting>(state_)));
}

void AppearanceMachine::on(Present& present, const NoticeAnswered& event) {
  if (present.echo == event.id) return echo_answered(present, event);
  note(event, true);
}

void AppearanceMachine::on(Present& present, const FarewellAsked& event) {
  if (present.echo) effect(Abandon{*present.echo});
  const auto before = present;
  state_ = Vanishing{event.reason, after(clocks_.now, config_.appear.vanish_timeout),
                     event.moves ? std::optional(present.until) : std::nullopt};
  say_farewell(before, std::get<Vanishing>(state_));
}

// ---- present or vanishing, and a reload --------------------------------------------------------------------------------

void AppearanceMachine::on(Present&, const ReceiverChanged& event) {
  if (!event.notifier.quiet()) event.anew.insert(event.notifier.announce().name);
}

// The end must not be the last word that such a receiver hears.
void AppearanceMachine::on(Present&, const SectionsBack& event) {
  std::erase_if(partings_, [&](const Parting& p) {
    bool back = false;
    for (const auto& a : event.there) {
      if (a.name != p.announce.name && receiver(a) != receiver(p.announce)) continue;
      back = true;
      event.anew.insert(a.name);
    }
    if (back) effect(Abandon{p.id});
    return back;
  });
}

// These notifiers are told the end now, because nothing will tell them later. A receiver that another section still names is not
// told.
void AppearanceMachine::on(Present& present, const NotifiersGone& event) {
  let_go(event);
  std::vector<AnnounceConfig> who;
  for (const auto& notifier : event.gone) {
    const auto& announce = notifier.announce();
    const bool other_name = std::any_of(event.still_there.begin(), event.still_there.end(),
                                        [&](const AnnounceConfig& a) { return receiver(a) == receiver(announce); });
    if (announce.vanish && notifier.maybe_told() && !other_name) who.push_back(announce);
  }
  if (who.empty()) return;
  ++sequence_;
  remember();
  auto text = notice(NoticeKind::vanish, present);
  text.reason = "reload";
  for (auto& announce : who) {
    announce.timeout = std::min(announce.timeout, config_.appear.vanish_timeout);
    effect(SendNotice{++last_id_, announce, text});
    partings_.push_back({last_id_, std::move(announce)});
  }
}

void AppearanceMachine::on(Present& present, const Reloaded& event) {
  if (event.other_patience) effect(WantFarewell{true, config_.appear.vanish_timeout});
  if (event.anew.empty() || waits_for_echo(present)) return;
  // These receivers get a notice of their own, with its own number.
  ++sequence_;
  for (auto& notifier : notifiers_)
    if (event.anew.contains(notifier.announce().name) && notifier.quiet()) notifier.doubt();
  remember();
  const auto text = notice(NoticeKind::appear, present);
  for (auto& notifier : notifiers_)
    if (event.anew.contains(notifier.announce().name)) tell(notifier, text);
}

// The notice on its way to them is their good-bye, so its answer is waited for.
void AppearanceMachine::on(Vanishing&, const NotifiersGone& event) {
  for (const auto& notifier : event.gone)
    if (const auto id = notifier.on_its_way()) partings_.push_back({*id, notifier.announce()});
}

// ---- vanishing -------------------------------------------------------------------------------------------------------

// The link learns of the wish at once, so that a person who hangs up later means it, too.
void AppearanceMachine::on(Vanishing&, const AppearRequested& event) {
  const auto hold = [this](const AppearRequested& e) { return e.hold == Duration::zero() ? config_.appear.hold : e.hold; };
  const auto before = std::exchange(again_, event);
  // A timer's tick does not shorten a person's wish, nor make it one that tells only whom it must.
  if (before && (before->kind == AppearKind::asked || hold(*before) > hold(event)))
    again_->hold = std::max(hold(*before), hold(event));
  if (before && before->kind == AppearKind::asked) again_->kind = before->kind;
  effect(WantLink{hold(*again_)});
}

void AppearanceMachine::on(Vanishing& vanishing, const LinkSeen& event) {
  forget_what_follows(vanishing, event);
  if (event.up) return;
  const auto until = vanishing.until.value_or(clocks_.wall);
  if (until <= clocks_.wall || again_) return end(std::string(vanishing.reason), false);
  link_gone();
  effect(WantFarewell{});
  call_again(until, event);
}

void AppearanceMachine::on(Vanishing& vanishing, const NoticeAnswered& event) {
  if (note(event, false) && farewell_said(vanishing)) finish_farewell(vanishing);
}

void AppearanceMachine::on(Vanishing& vanishing, const AppearDeadlinePassed&) {
  if (!vanishing.deadline || clocks_.now < *vanishing.deadline) return;
  for (auto& notifier : notifiers_)
    if (notifier.telling(NoticeKind::vanish)) abandon(notifier, NoticeResult::TimedOut);
  abandon_partings(true);
  remember();
  finish_farewell(vanishing);
}

// A person who hangs up meanwhile does not want the link to call again. If it may not, what was told ends with this good-bye. The next
// ghostd must not continue it either.
void AppearanceMachine::forget_what_follows(Vanishing& vanishing, const LinkSeen& event) {
  if (event.refused || event.blocked) again_.reset();
  if (!vanishing.until || (!event.refused && !event.barred)) return;
  vanishing.until.reset();
  remember();
}

// failed: the address was never announced, or was lost when the line dropped.
void AppearanceMachine::end(std::string outcome, bool failed) {
  if (std::holds_alternative<Connecting>(state_)) effect(WantNoLink{});
  link_gone();
  record_.ended = clocks_.wall;
  record_.outcome = std::move(outcome);
  const bool good_bye_said = std::holds_alternative<Vanishing>(state_);
  state_ = Idle{failed};
  remember();
  if (!good_bye_said) tell_end_without_link(record_.outcome);
  effect(WantFarewell{});
  if (!failed) effect(TellVanished{record_.outcome});
  if (const auto again = std::exchange(again_, std::nullopt)) begin(*again);
}

}  // namespace ghost::core
