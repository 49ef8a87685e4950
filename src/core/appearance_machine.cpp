// SPDX-License-Identifier: GPL-2.0-or-later
// A function an event; in it, every state answers.
#include "core/appearance_machine.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/overloaded.hpp"
#include "core/carrier_nat.hpp"
#include "core/receiver.hpp"

namespace ghost::core {

AppearanceMachine::AppearanceMachine(std::string link, AppearReconfigured config, Remembered remembered)
    : link_(std::move(link)), config_(std::move(config)), sequence_(remembered.sequence) {
  for (const auto& announce : config_.announces) {
    const auto told = remembered.told.find(announce.name);
    const bool same = told != remembered.told.end() &&
                      (told->second.receiver == 0 || told->second.receiver == receiver(announce));
    notifiers_.emplace_back(announce, same ? std::optional(told->second) : std::nullopt);
  }
}

Remembered AppearanceMachine::remembered() const {
  Remembered out{sequence_, {}};
  for (const auto& n : notifiers_)
    if (const auto& told = n.belief().told()) out.told.emplace(n.announce().name, *told);
  return out;
}

std::string_view to_string(AppearKind kind) {
  switch (kind) {
    case AppearKind::asked: return "asked";
    case AppearKind::calendar: return "calendar";
    case AppearKind::chain: return "chain";
    case AppearKind::resume: return "resume";
    case AppearKind::restart: return "restart";
  }
  return {};
}

std::vector<AppearEffect> AppearanceMachine::step(AppearEvent event, Clocks clocks) {
  clocks_ = clocks;
  out_.clear();
  std::visit([this](auto&& e) { on(std::forward<decltype(e)>(e)); }, std::move(event));
  return std::exchange(out_, {});
}

// ---- asked -----------------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const AppearRequested& event) {
  ++asked_;
  std::visit(Overloaded{
                 [&](Idle&) { begin(event); },
                 [&](Connecting& c) {
                   const bool even_if_told = even_if_told_;
                   record_.ended = clocks_.wall;
                   record_.outcome = "prolonged";
                   remember();
                   note_begin(event);
                   even_if_told_ = even_if_told_ || even_if_told;
                   // What was told of the hold before the line dropped is over; the new one counts from when it is up.
                   c = Connecting{.give_up = after(clocks_.now, config_.appear.connect_timeout), .until = {}};
                   since_.reset();
                   remember();
                   effect(WantLink{hold_});
                 },
                 [&](Present& p) {
                   record_.ended = clocks_.wall;
                   record_.outcome = "prolonged";
                   remember();
                   note_begin(event);
                   since_ = clocks_.wall;
                   p.until = std::max(p.until, clocks_.wall + hold_);
                   effect(WantLink{hold_});
                   announce(p);
                 },
                 [&](Vanishing&) { again_ = event; },
             },
             state_);
}

// Who has been told already is not told again: it is in the next notice.
void AppearanceMachine::on(const NextKnown& event) {
  if (std::holds_alternative<Idle>(state_) || record_.next == event.next) return;
  record_.next = event.next;
  remember();
}

void AppearanceMachine::note_begin(const AppearRequested& event) {
  hold_ = event.hold == Duration::zero() ? config_.appear.hold : event.hold;
  even_if_told_ = event.kind == AppearKind::asked;
  kind_ = event.kind;
  // Its addresses are those of the call that is prolonged, until it has others.
  record_ = AppearanceRecord{.begun = clocks_.wall,
                             .ended = {},
                             .kind = std::string(to_string(event.kind)),
                             .outcome = {},
                             .addresses = std::move(record_.addresses),
                             .next = event.next,
                             .notices = {}};
}

void AppearanceMachine::begin(const AppearRequested& event) {
  note_begin(event);
  since_.reset();
  record_.addresses.clear();
  for (auto& notifier : notifiers_) {
    abandon(notifier, NoticeResult::LinkGone);  // of the appearance before, and perhaps still on its way to a file
    notifier.begin();
  }
  state_ = Connecting{.give_up = after(clocks_.now, config_.appear.connect_timeout), .until = {}};
  remember();
  effect(WantLink{hold_});
}

void AppearanceMachine::on(AppearReconfigured&& event) {
  std::vector<Notifier> notifiers;
  std::set<std::string> anew;
  const bool present = std::holds_alternative<Present>(state_);
  for (const auto& announce : event.announces) {
    const auto same = [&](const Notifier& n) { return n.announce().name == announce.name; };
    const auto before = std::find_if(notifiers_.begin(), notifiers_.end(), same);
    if (before == notifiers_.end()) {
      notifiers.emplace_back(announce);
      continue;
    }
    // To whom it was on its way while nobody is being told anew: it must not count as this one's answer.
    const bool late = before->telling(NoticeKind::appear) && !present;
    if (late && receiver(before->announce()) != receiver(announce)) abandon(*before, NoticeResult::LinkGone);
    const bool another = before->configure(announce);
    if (another && present && !before->quiet()) anew.insert(announce.name);
    notifiers.push_back(std::move(*before));
    notifiers_.erase(before);
  }
  // Who comes back while he is told the end is told anew; the end must not be the last word.
  std::erase_if(partings_, [&](const Parting& p) {
    const bool back = std::any_of(event.announces.begin(), event.announces.end(), [&](const AnnounceConfig& a) {
      return a.name == p.announce.name || receiver(a) == receiver(p.announce);
    });
    if (back) effect(Abandon{p.id});
    return back;
  });
  part_from(std::exchange(notifiers_, std::move(notifiers)), event.announces);
  const bool other_patience = config_.appear.vanish_timeout != event.appear.vanish_timeout;
  config_ = std::move(event);
  if (other_patience && present) effect(WantFarewell{true, config_.appear.vanish_timeout});
  if (anew.empty()) return;
  // What was on its way to the other one is this one's, under a number of its own: it may say it in other words.
  ++sequence_;
  remember();
  for (auto& notifier : notifiers_) {
    if (!anew.contains(notifier.announce().name)) continue;
    Notice text = *notifier.notice();
    text.sequence = sequence_;
    tell(notifier, text);
  }
}

// Nobody will tell them the end later. Who is still told, by another name, is not told that it is over.
void AppearanceMachine::part_from(const std::vector<Notifier>& gone, const std::vector<AnnounceConfig>& still_there) {
  const auto* present = std::get_if<Present>(&state_);
  std::vector<AnnounceConfig> who;
  for (const auto& notifier : gone) {
    const auto& announce = notifier.announce();
    const auto id = notifier.on_its_way();
    if (id && std::holds_alternative<Vanishing>(state_)) {
      partings_.push_back({*id, announce});
      continue;
    }
    if (id) effect(Abandon{*id});
    const bool other_name = std::any_of(still_there.begin(), still_there.end(),
                                        [&](const AnnounceConfig& a) { return receiver(a) == receiver(announce); });
    if (present && announce.vanish && notifier.maybe_told() && !other_name) who.push_back(announce);
  }
  if (who.empty()) return;
  ++sequence_;
  remember();
  auto text = notice(NoticeKind::vanish, *present);
  text.reason = "reload";
  for (auto& announce : who) {
    announce.timeout = std::min(announce.timeout, config_.appear.vanish_timeout);
    effect(SendNotice{++last_id_, announce, text});
    partings_.push_back({last_id_, std::move(announce)});
  }
}

// Those that need the link, or all of them.
void AppearanceMachine::abandon_partings(bool all) {
  std::erase_if(partings_, [&](const Parting& parting) {
    const bool ends = all || needs_link(parting.announce);
    if (ends) effect(Abandon{parting.id});
    return ends;
  });
}

// ---- the link --------------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const LinkSeen& event) {
  std::visit(Overloaded{
                 [&](Idle&) {},
                 [&](Connecting&) {
                   link_reason_ = event.reason;
                   if (event.up) {
                     if (!event.addresses.empty()) carried(event.addresses);
                     return;
                   }
                   // A person who hangs up now does not want it to be called again.
                   if (event.blocked || (event.refused && !event.trying)) return end(event.reason, true);
                   if (!event.trying) effect(WantLink{hold_, true});
                 },
                 [&](Present& p) {
                   if (!event.up) return lost(event);
                   if (!event.addresses.empty() && event.addresses != p.local) carried(event.addresses);
                 },
                 [&](Vanishing& v) {
                   if (!event.up) end(std::string(v.reason), false);
                 },
             },
             state_);
}

// The link carries, with these addresses: for the first time, or since now.
void AppearanceMachine::carried(const std::vector<IpAddress>& addresses) {
  auto until = clocks_.wall + hold_;
  if (const auto* connecting = std::get_if<Connecting>(&state_)) {
    if (connecting->until) until = *connecting->until;
    if (!since_) since_ = clocks_.wall;
    effect(WantFarewell{true, config_.appear.vanish_timeout});
  } else if (const auto* present = std::get_if<Present>(&state_)) {
    until = present->until;
    if (present->echo) effect(Abandon{*present->echo});
  }
  Present p{.until = until, .local = addresses, .addresses = addresses, .echo = {}};
  p.carrier_nat = std::any_of(addresses.begin(), addresses.end(), [](const auto& a) { return behind_carrier_nat(a); });
  state_ = std::move(p);
  auto& present = std::get<Present>(state_);
  if (!present.carrier_nat || config_.appear.echo.empty()) return announce(present);
  present.echo = ++last_id_;
  effect(AskEcho{*present.echo, config_.appear.echo});
}

// It went without our asking. What was told holds: we come back, until the time that was told.
void AppearanceMachine::lost(const LinkSeen& event) {
  const auto& present = std::get<Present>(state_);
  const auto until = present.until;
  if (present.echo) effect(Abandon{*present.echo});
  link_gone();
  effect(WantFarewell{});
  if (event.blocked || until <= clocks_.wall) return end(event.reason, false);
  effect(TellVanished{event.reason});
  // A clock that was put back must not make it longer than it was ever to be.
  hold_ = std::min<Duration>(until - clocks_.wall, hold_);
  state_ = Connecting{.give_up = after(clocks_.now, hold_), .until = until};
  link_reason_ = event.reason;
  remember();
  if (!event.trying) effect(WantLink{hold_, true});
}

void AppearanceMachine::end(std::string outcome, bool failed) {
  link_gone();
  record_.ended = clocks_.wall;
  record_.outcome = std::move(outcome);
  const bool told = std::holds_alternative<Vanishing>(state_) || std::holds_alternative<Present>(state_);
  state_ = Idle{failed};
  remember();
  effect(WantFarewell{});
  if (told) effect(TellVanished{record_.outcome});
  if (const auto again = std::exchange(again_, std::nullopt)) begin(*again);
}

// ---- time ------------------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const AppearDeadlinePassed&) {
  // In Present anybody's; else only those are left that need no link.
  for (auto& notifier : notifiers_)
    if (const auto retry = notifier.deadline(); retry && clocks_.now >= *retry) effect(notifier.again(++last_id_));
  std::visit(Overloaded{
                 [&](Idle&) {},
                 [&](Connecting& c) {
                   if (clocks_.now >= c.give_up) end(link_reason_.empty() ? "TimedOut" : link_reason_, true);
                 },
                 [&](Present&) {},
                 [&](Vanishing& v) {
                   if (!v.deadline || clocks_.now < *v.deadline) return;
                   for (auto& notifier : notifiers_)
                     if (notifier.telling(NoticeKind::vanish)) abandon(notifier, NoticeResult::TimedOut);
                   abandon_partings(true);
                   remember();
                   finish_farewell();
                 },
             },
             state_);
}

std::optional<Time> AppearanceMachine::deadline() const {
  std::optional<Time> earliest;
  const auto consider = [&](std::optional<Time> t) {
    if (t && *t != Time::max() && (!earliest || *t < *earliest)) earliest = t;
  };
  for (const auto& notifier : notifiers_) consider(notifier.deadline());
  std::visit(Overloaded{
                 [&](const Idle&) {},
                 [&](const Connecting& c) { consider(c.give_up); },
                 [&](const Present&) {},
                 [&](const Vanishing& v) { consider(v.deadline); },
             },
             state_);
  return earliest;
}

// ---- what others see -------------------------------------------------------------------------------------------------

std::string AppearanceMachine::state_name() const {
  return std::visit(Overloaded{
                        [](const Idle& i) { return i.failed ? "failed" : "none"; },
                        [](const Connecting&) { return "connecting"; },
                        [&](const Present& p) { return p.echo || !all_settled() ? "announcing" : "present"; },
                        [](const Vanishing&) { return "vanishing"; },
                    },
                    state_);
}

AppearanceStatus AppearanceMachine::status() const {
  AppearanceStatus s;
  s.state = state_name();
  s.asked = asked_;
  s.last = since_;
  s.next = record_.next;
  if (const auto* p = std::get_if<Present>(&state_)) s.until = p->until;
  s.sequence = sequence_;
  s.carrier_nat = carrier_nat_;
  s.addresses = record_.addresses;
  for (const auto& notifier : notifiers_)
    if (const auto& notice = notifier.status()) s.notices.push_back(*notice);
  return s;
}

void AppearanceMachine::remember() {
  auto record = record_;
  if (!record.ended) record.outcome = state_name();
  record.notices = status().notices;
  std::optional<WallTime> until;
  if (const auto* p = std::get_if<Present>(&state_)) until = p->until;
  if (const auto* c = std::get_if<Connecting>(&state_)) until = c->until;
  effect(Remember{std::move(record), until});
}

}  // namespace ghost::core
