// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/appearances.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

AppearKind kind_of(TickKind kind) {
  switch (kind) {
    case TickKind::calendar: return AppearKind::calendar;
    case TickKind::chain: return AppearKind::chain;
    case TickKind::resume: break;
  }
  return AppearKind::resume;
}

AppearReconfigured of(const LinkConfig& config) { return {config.appear, config.announces, config.appear.name}; }

AfterRestart left_under_way(LinkMemory& memory, WallTime now) {
  if (!close_interrupted(memory, now)) return {};
  return {memory.past.back().begun, memory.until};
}

}  // namespace

Appearances::Appearances(const LinkConfig& config, LinkMemory memory, Surroundings around, Clocks clocks)
    : config_(config.appear),
      anybody_(!config.announces.empty()),
      around_(std::move(around)),
      memory_(std::move(memory)),
      after_restart_(left_under_way(memory_, clocks.wall)),
      machine_(config.name, of(config), {memory_.sequence, memory_.told}) {}

template <class Act>
Appearances::Out Appearances::at(Clocks clocks, Act act) {
  clocks_ = clocks;
  out_.clear();
  act();
  return std::exchange(out_, {});
}

Appearances::Out Appearances::step(AppearancesEvent event, Clocks clocks) {
  return at(clocks, [&] { std::visit([this](const auto& e) { on(e); }, event); });
}

// ---- asked -----------------------------------------------------------------------------------------------------------

// systemd's signals say whether the timer is active. ghostd asks once more while the modem dials. If the link is up already, the
// notices leave with what ghostd knows.
void Appearances::on(const AppearAsked& event) {
  machine(AppearRequested{AppearKind::asked, event.hold, keeper_.timer_active() ? next(clocks_.wall) : std::nullopt});
  effect(AskTimer{TimerQuestion::tell_next});
}

void Appearances::on(const TickAsked& event) {
  decide(event.kind, event.timer_next);
  const bool told = event.kind == TickKind::calendar && keeper_.next_told();
  if (told && first_notice_.next_told()) machine(link_);
}

void Appearances::on(const TimerSeen& event) {
  if (!keeper_.see(event)) return;
  if (event.active && machine_.under_way()) tell_next();
  if (!event.active) machine(NextKnown{});
}

void Appearances::on(const TimerIsActive& event) {
  switch (event.question) {
    case TimerQuestion::keep_promise:
      if (keeper_.keep(memory_, config_, link_.up, clocks_.wall)) decide(TickKind::chain, memory_.timer_next);
      return;
    case TimerQuestion::tell_next: return tell_next();
  }
}

void Appearances::on(const ClockSet&) {
  keeper_.wake_at(memory_.promise);
  for (auto& e : machine_.clock_set(clocks_)) act(std::move(e));
}

void Appearances::on(const NoticeAnswered& event) { machine(event); }

void Appearances::tell_next() { machine(NextKnown{next(clocks_.wall)}); }

std::optional<WallTime> Appearances::next(WallTime now) const {
  return next_standing(now, core::standing(memory_, machine_.under_way(), now), config_, around_.zone, memory_.timer_next);
}

void Appearances::decide(TickKind kind, std::optional<WallTime> timer_next) {
  const auto due = core::decide(clocks_.wall, kind, core::standing(memory_, machine_.under_way(), clocks_.wall), config_,
                                around_.zone, around_.random, timer_next);
  effect(TickJudged{due});
  const auto before = memory_.promise;
  memory_.timer_next = timer_next;
  memory_.promise = due.promise;
  if (due.due) memory_.granted = clocks_.wall;
  save();  // the tick's answer does not wait for the disk: its consumer is a timer, which a power failure would erase as well
  if (due.due) machine(AppearRequested{kind_of(kind), {}, due.next});
  else if (due.verdict == TickVerdict::under_way) machine(NextKnown{due.next});
  if (memory_.promise != before) keeper_.wake_at(memory_.promise);
}

// ---- the link --------------------------------------------------------------------------------------------------------

Appearances::Out Appearances::listen(bool call_lives, bool ended_on_purpose, Clocks clocks) {
  return at(clocks, [&] {
    keeper_.wake_at(memory_.promise);
    if (after_restart_.interrupted()) save();  // it is closed: whoever has ended it on purpose must not be asked again
    take_up(after_restart_.step(AfterRestart::CallsListed{call_lives, ended_on_purpose, !memory_.told.empty(), clocks_.wall}));
  });
}

void Appearances::take_up(const AfterRestart::Wanted& wanted) {
  if (wanted.hold) machine(AppearRequested{AppearKind::restart, *wanted.hold, {}});
  if (wanted.question) effect(*wanted.question);
}

Appearances::Out Appearances::see(const LinkMachine& call, Clocks clocks) {
  return at(clocks, [&] {
    const auto status = call.status();
    const bool calling = call.serial() != CallSerial::none;
    // While a stop or removal bars the link, the appearance does not ask for a call. It stays saved as under way, for the next ghostd.
    const bool waits_for_bar = call.barred() && !call.blocked() && !call.ended_on_purpose();
    link_ = LinkSeen{.up = call.carries() != nullptr,
                     .blocked = call.blocked(),
                     .trying = call.trying() || waits_for_bar,
                     .addresses = status.local_addresses,
                     .reason = status.reason,
                     .refused = call.ended_on_purpose(),
                     .barred = call.barred(),
                     .asleep = call.permission().standing(Bar::sleep).has_value(),
                     .failure = call.waits() ? status.reason : std::string()};
    via_.dns = status.dns;
    if (link_.up) via_.local = status.local_addresses;
    remember_call(call);
    take_up(after_restart_.step(AfterRestart::CallSeen{link_.up, calling, machine_.under_way()}));
    auto seen = link_;
    if (first_notice_.waits(awaits(call), status.since, clocks_.now)) {
      seen.up = false;
      if (machine_.calls_again() && call.call() != nullptr && !call.call()->farewell)
        effect(Event(FarewellWanted{true, config_.vanish_timeout}));
    }
    machine(std::move(seen));
    make_ready(calling);
  });
}

FirstNotice::Awaits Appearances::awaits(const LinkMachine& call) const {
  using Awaits = FirstNotice::Awaits;
  if (!link_.up || !machine_.connecting()) return Awaits::nothing;
  if (!call.settled()) return Awaits::call;
  return keeper_.next_awaited() ? Awaits::next : Awaits::nothing;
}

Appearances::Out Appearances::say_farewell(const SayFarewell& asked, Clocks clocks) {
  return at(clocks, [&] { machine(FarewellAsked{asked.reason, asked.moves}); });
}

Appearances::Out Appearances::reconfigure(const LinkConfig& config, Clocks clocks) {
  return at(clocks, [&] {
    config_ = config.appear;
    anybody_ = !config.announces.empty();
    machine(of(config));
    if (memory_.told == machine_.remembered().told) return;
    memory_.told = machine_.remembered().told;  // forgets a receiver whose section is gone
    save();
  });
}

void Appearances::make_ready(bool calling) {
  const bool wanted = calling && anybody_ && (machine_.connecting() || disk_.holds());
  if (first_notice_.prepare(wanted)) effect(MakeReady{wanted});
}

// ---- time ------------------------------------------------------------------------------------------------------------

Appearances::Out Appearances::time_passed(Clocks clocks) {
  return at(clocks, [&] {
    if (const auto question = keeper_.time_passed(clocks_.wall)) effect(*question);
    if (first_notice_.time_passed(clocks_.now)) machine(link_);
    if (const auto due = deadline_of_machine(); due && clocks_.now >= *due) machine(AppearDeadlinePassed{});
    // Behind the machine, because a good-bye whose time is up at the same moment must not leave any more.
    send(disk_.time_passed(clocks_.now));
  });
}

// While the first notice waits, the link is up, so nothing is given up.
std::optional<Time> Appearances::deadline_of_machine() const {
  return first_notice_.deadline() ? std::nullopt : machine_.deadline();
}

bool Appearances::gives_up(Clocks clocks) const {
  const auto due = machine_.deadline();
  return due && clocks.now >= *due && (machine_.vanishing() || (!link_.up && machine_.connecting()));
}

std::optional<Time> Appearances::deadline() const {
  return sooner(deadline_of_machine(), sooner(disk_.deadline(), first_notice_.deadline()));
}

// ---- the machine, and what it wants ------------------------------------------------------------------------------------

void Appearances::machine(AppearEvent event) {
  const auto before = machine_.status().notices;
  for (auto& e : machine_.step(std::move(event), clocks_)) act(std::move(e));
  for (const auto& now : machine_.status().notices) {
    const auto known = [&](const NoticeStatus& b) { return b.name == now.name && b.at == now.at; };
    if (now.at && std::none_of(before.begin(), before.end(), known)) effect(NoticeNews{now});
  }
}

void Appearances::act(AppearEffect what) {
  std::visit(Overloaded{
                 [&](const WantLink& e) { effect(Event(ConnectAsked{"appear", e.hold, e.patient, false})); },
                 [&](const WantNoLink&) { effect(Event(AppearanceOver{})); },
                 [&](const WantFarewell& e) { effect(Event(FarewellWanted{e.wanted, e.patience})); },
                 [&](const FarewellDone&) { effect(Event(FarewellSaid{})); },
                 [&](AskEcho& e) { effect(Echo{std::move(e), via_}); },
                 [&](SendNotice& e) {
                   const auto id = e.id;
                   if (auto now = disk_.pass({std::move(e), via_}, clocks_.now)) effect(std::move(*now));
                   else machine_.hold_notice(id, true);
                 },
                 [&](const Abandon& e) {
                   if (!disk_.withdraw(e.id)) effect(e);
                 },
                 [&](TellAppeared& e) { effect(std::move(e)); },
                 [&](TellVanished& e) { effect(std::move(e)); },
                 [&](const Remember& e) { remember(e); },
             },
             what);
}

// ---- the disk --------------------------------------------------------------------------------------------------------

void Appearances::remember(const Remember& what) {
  memory_.sequence = machine_.remembered().sequence;
  memory_.told = machine_.remembered().told;
  memory_.until = what.until;
  if (!memory_.past.empty() && memory_.past.back().begun == what.record.begun) memory_.past.back() = what.record;
  else core::remember(memory_, what.record);
  save();
}

void Appearances::remember_call(const LinkMachine& call) {
  const auto& block = call.permission().standing(Bar::block);
  auto now = block ? std::optional(Block{block->reason, block->detail, block->failure}) : std::nullopt;
  const auto& row = call.row();
  const auto until = call.waits_until();
  const bool waits_anew = until && until != waits_until_, climbed = call.ladder().past() != ladder_;
  if (now == memory_.blocked && call.ways() == memory_.ways && row.counts() == memory_.row && !waits_anew && !climbed) return;
  memory_.blocked = std::move(now);
  memory_.ways = call.ways();
  memory_.row = row.counts();
  if (climbed) {
    ladder_ = call.ladder().past();
    memory_.ladder = saved(ladder_, clocks_);
  }
  if (waits_anew) {
    waits_until_ = until;
    memory_.not_before = clocks_.wall + std::chrono::duration_cast<WallTime::duration>(*until - clocks_.now);
  }
  if (row.count() == 0 && !until) memory_.not_before.reset();
  save();
}

// One Save per step is enough, because memory() is written as it is after the step.
void Appearances::save() {
  const bool asked = std::any_of(out_.begin(), out_.end(), [](const auto& e) { return std::holds_alternative<Save>(e); });
  if (!asked) effect(disk_.save());
}

void Appearances::on(const Written& event) { send(disk_.written(event)); }

void Appearances::send(std::vector<Tell> notices) {
  for (auto& notice : notices) {
    machine_.hold_notice(notice.what.id, false);
    effect(std::move(notice));
  }
}

// ---- what others see -------------------------------------------------------------------------------------------------

AppearanceStatus Appearances::status(WallTime now) const {
  auto status = machine_.status();
  if (!memory_.past.empty()) {  // an earlier ghostd's last appearance
    const auto& last = memory_.past.back();
    if (!status.last) status.last = last.begun;
    if (status.notices.empty()) status.notices = last.notices;
  }
  if (!keeper_.timer_active()) status.next.reset();
  else if (!machine_.under_way() || !status.next) status.next = next(now);
  return status;
}

}  // namespace ghost::core
