// SPDX-License-Identifier: GPL-2.0-or-later
// What an event means in any state, and which events mean nothing in which states. What a single state makes of an event is in
// appearance_machine_life.cpp.
#include "core/appearance_machine.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include "base/overloaded.hpp"
#include "core/meeting.hpp"
#include "core/receiver.hpp"

namespace ghost::core {

// Each pair is here by decision. docs/link.md has what all other pairs mean.
struct AppearanceMachine::MeansNothing
    : List<
          // No appearance is under way: no notifier is told anything, and whether the link carries does not matter.
          In<Idle, NextKnown, LinkSeen>,
          // Whoever is told the end of this appearance hears it to the end, and is told the next one.
          In<Idle, SectionsBack>, In<Connecting, SectionsBack>, In<Vanishing, SectionsBack>,
          // Only notifiers wait for a time, and they do in any state.
          In<Idle, AppearDeadlinePassed>,
          // The good-bye is being said or has been said, so the first answer stands.
          In<Vanishing, FarewellAsked>,
          // The next notice uses the new settings. A good-bye that is being said keeps its deadline.
          In<Idle, Reloaded>, In<Connecting, Reloaded>, In<Vanishing, Reloaded>> {
  template <class S, class E>
  static constexpr bool means = requires(AppearanceMachine& machine, S& state, E& event) { machine.on(state, event); };
};

template <class Met>
void AppearanceMachine::meet(const Met& event) {
  meet_state<MeansNothing>(state_, event, [this](auto& state, auto& met) { on(state, met); });
}

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
  if (!clock_offset_) clock_offset_ = offset_of(clocks);
  out_.clear();
  std::visit([this](auto&& e) { on(std::forward<decltype(e)>(e)); }, std::move(event));
  return std::exchange(out_, {});
}

// ---- what happens ----------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const AppearRequested& event) {
  ++asked_;
  meet(event);
}

void AppearanceMachine::on(const AppearDeadlinePassed& event) {
  // In Present any notifier may have to try again. In other states only notifiers that need no link do.
  for (auto& notifier : notifiers_)
    if (const auto retry = notifier.deadline(); retry && clocks_.now >= *retry) effect(notifier.again(++last_id_));
  meet(event);
}

void AppearanceMachine::on(AppearReconfigured&& event) {
  std::vector<Notifier> notifiers;
  std::set<std::string> anew;
  for (const auto& announce : event.announces) {
    const auto same = [&](const Notifier& n) { return n.announce().name == announce.name; };
    const auto before = std::find_if(notifiers_.begin(), notifiers_.end(), same);
    if (before == notifiers_.end()) {
      notifiers.emplace_back(announce);
      continue;
    }
    if (receiver(before->announce()) != receiver(announce)) meet(ReceiverChanged{*before, anew});
    before->configure(announce);
    notifiers.push_back(std::move(*before));
    notifiers_.erase(before);
  }
  meet(SectionsBack{event.announces, anew});
  meet(NotifiersGone{std::exchange(notifiers_, std::move(notifiers)), event.announces});
  const bool other_patience = config_.appear.vanish_timeout != event.appear.vanish_timeout;
  config_ = std::move(event);
  meet(Reloaded{other_patience, anew});
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
                 [&](const Present& p) { consider(p.clock_patience); },
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
                        [&](const Present& p) { return waits_for_echo(p) || !all_settled() ? "announcing" : "present"; },
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
  if (const auto* v = std::get_if<Vanishing>(&state_)) until = v->until;
  effect(Remember{std::move(record), until});
}

}  // namespace ghost::core
