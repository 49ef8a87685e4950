// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/appearances.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

// How long a notice waits until its content is on disk.
constexpr Duration kDiskPatience = std::chrono::seconds(2);
// How long the first notice waits for the second family's address, the call's name servers and the timer's service.
constexpr Duration kSettlePatience = std::chrono::seconds(3);
// The hold of an appearance that is continued only so that its end can be told.
constexpr Duration kFarewellOnly = std::chrono::seconds(1);

AppearKind kind_of(TickKind kind) {
  switch (kind) {
    case TickKind::calendar: return AppearKind::calendar;
    case TickKind::chain: return AppearKind::chain;
    case TickKind::resume: break;
  }
  return AppearKind::resume;
}

AppearReconfigured of(const LinkConfig& config) { return {config.appear, config.announces, config.appear.name}; }

}  // namespace

Appearances::Appearances(const LinkConfig& config, LinkMemory memory, Surroundings around, Clocks clocks)
    : config_(config.appear),
      anybody_(!config.announces.empty()),
      around_(std::move(around)),
      memory_(std::move(memory)),
      interrupted_(close_interrupted(memory_, clocks.wall)),
      was_until_(memory_.until),
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

// Notices do not name a promise that no timer keeps. systemd's signals say whether the timer is active. ghostd asks once more
// while the modem dials. If the link is up already, the notices leave with what ghostd knows.
void Appearances::on(const AppearAsked& event) {
  machine(AppearRequested{AppearKind::asked, event.hold, timer_active_ ? next(clocks_.wall) : std::nullopt});
  effect(AskTimer{TimerQuestion::tell_next});
}

void Appearances::on(const TickAsked& event) {
  decide(event.kind, event.timer_next);
  const bool told = event.kind == TickKind::calendar && std::exchange(next_follows_, false);
  if (told && settling_ && settling_->call_settled) settle();
}

// A person who stops the timer wants no more appearances, so ghostd neither keeps nor shows the promise. The promise stays saved,
// because the timer may be started again in time.
void Appearances::on(const TimerSeen& event) {
  if (std::exchange(timer_active_, event.active) == event.active) return;
  if (event.active && machine_.under_way()) tell_next();
  if (!event.active) machine(NextKnown{});
}

void Appearances::on(const TimerIsActive& event) {
  switch (event.question) {
    case TimerQuestion::keep_promise: return keep_promise();
    case TimerQuestion::tell_next: return tell_next();
  }
}

// The promise may be past or ahead: core::decide() judges that later. After the clock was put back, its time may come once more.
void Appearances::on(const ClockSet&) { set_alarm(); }

void Appearances::on(const NoticeAnswered& event) { machine(event); }

void Appearances::tell_next() { machine(NextKnown{next(clocks_.wall)}); }

std::optional<WallTime> Appearances::next(WallTime now) const {
  return next_standing(now, core::standing(memory_, machine_.under_way(), now), config_, around_.zone, memory_.timer_next);
}

// If the promise is the calendar timer's own next elapse, ghostd cannot know what follows: only ghost-appear, which that timer
// starts, can ask systemd. ghost-appear usually reports while the modem dials. If not, the first notice waits a little for it
// (see()). If the link is up already, ghostd leaves this elapse to ghost-appear.
void Appearances::keep_promise() {
  const bool timers = !config_.window && memory_.promise && memory_.promise == memory_.timer_next &&
                      *memory_.promise <= clocks_.wall;
  if (timers && up_) return;
  next_follows_ = timers;
  decide(TickKind::chain, memory_.timer_next);
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
  if (memory_.promise != before) set_alarm();
}

// ---- the link --------------------------------------------------------------------------------------------------------

Appearances::Out Appearances::listen(bool call_lives, bool ended_on_purpose, Clocks clocks) {
  return at(clocks, [&] {
    set_alarm();
    if (!interrupted_ || ended_on_purpose) return;
    // The time that receivers were told holds across a restart and a crash. If the clock was put back, the hold must not become
    // longer.
    if (was_until_ && *was_until_ > clocks_.wall) {
      const auto hold = std::min<Duration>(*was_until_ - clocks_.wall, *was_until_ - memory_.past.back().begun);
      machine(AppearRequested{AppearKind::restart, hold, {}});
      effect(AskTimer{TimerQuestion::tell_next});
    } else if (call_lives && !memory_.told.empty()) {
      after_restart_ = AfterRestart::up_again;
    }
    if (!was_until_) effect(AskTimer{TimerQuestion::keep_promise});  // no notifier had been told yet, so it begins once more
  });
}

Appearances::Out Appearances::see(const LinkMachine& call, Clocks clocks) {
  return at(clocks, [&] {
    const auto status = call.status();
    const bool settled = call.settled(), calling = call.serial() != CallSerial::none;
    // If ghostd is stopped or a reload removes the link while an appearance still asks for its call, the appearance asks no more.
    // It stays saved as under way, for the next ghostd.
    const bool asked_for = call.trying() || (call.barred() && !call.blocked());
    LinkSeen seen{call.carries() != nullptr, call.blocked(), asked_for,
                  status.local_addresses,    status.reason,  call.ended_on_purpose()};
    via_.dns = status.dns;
    if (seen.up) via_.local = status.local_addresses;
    up_ = seen.up;
    remember_block(call);
    settling_.reset();
    if (after_restart_ == AfterRestart::up_again && (seen.up || !calling)) {
      after_restart_ = AfterRestart::nothing;
      if (seen.up && !machine_.under_way()) machine(AppearRequested{AppearKind::restart, kFarewellOnly, {}});
    }
    // The other family's address would need a second notice. Without the call's name servers the first would reach nobody.
    const auto give_up = after(status.since, kSettlePatience);
    if (seen.up && machine_.connecting() && (!settled || next_follows_) && clocks_.now < give_up) {
      settling_ = Settling{seen, give_up, settled};
      seen.up = false;
    }
    machine(std::move(seen));
    make_ready(calling);
  });
}

Appearances::Out Appearances::say_farewell(const std::string& reason, Clocks clocks) {
  return at(clocks, [&] { machine(FarewellAsked{reason}); });
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

// The first notice does not wait any longer.
void Appearances::settle() {
  LinkSeen seen = std::move(settling_->seen);
  settling_.reset();
  machine(std::move(seen));
}

// The process of the first notice starts while the modem still dials.
void Appearances::make_ready(bool calling) {
  const bool wanted = calling && anybody_ && (machine_.connecting() || !unwritten_.empty());
  if (std::exchange(ready_, wanted) != wanted) effect(MakeReady{wanted});
}

// ---- time ------------------------------------------------------------------------------------------------------------

Appearances::Out Appearances::time_passed(Clocks clocks) {
  return at(clocks, [&] {
    if (alarm_ && clocks_.wall >= *alarm_) {
      alarm_.reset();
      effect(AskTimer{TimerQuestion::keep_promise});
    }
    send_unwritten(clocks_.now);
    if (settling_ && clocks_.now >= settling_->give_up) settle();
    if (const auto due = machine_.deadline(); due && clocks_.now >= *due) machine(AppearDeadlinePassed{});
  });
}

std::optional<Time> Appearances::deadline() const {
  const auto disk = unwritten_.empty() ? std::nullopt : std::optional(unwritten_.front().give_up);
  const auto settled = settling_ ? std::optional(settling_->give_up) : std::nullopt;
  return sooner(machine_.deadline(), sooner(disk, settled));
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
                 [&](const WantLink& e) { effect(Event(ConnectAsked{"appear", e.hold, e.patient})); },
                 [&](const WantFarewell& e) { effect(Event(FarewellWanted{e.wanted, e.patience})); },
                 [&](const FarewellDone&) { effect(Event(FarewellSaid{})); },
                 [&](AskEcho& e) { effect(Echo{std::move(e), via_}); },
                 [&](SendNotice& e) {
                   if (written_ == saved_) return effect(Tell{std::move(e), via_});
                   unwritten_.push_back({{std::move(e), via_}, after(clocks_.now, kDiskPatience)});
                 },
                 [&](const Abandon& e) {
                   if (std::erase_if(unwritten_, [&](const Unwritten& u) { return u.notice.what.id == e.id; }) == 0) effect(e);
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

void Appearances::remember_block(const LinkMachine& call) {
  const auto& block = call.permission().standing(Bar::block);
  auto now = block ? std::optional(Block{block->reason, block->detail}) : std::nullopt;
  if (now == memory_.blocked) return;
  memory_.blocked = std::move(now);
  save();
}

// One Save per step is enough, because memory() is written as it is after the step.
void Appearances::save() {
  const bool asked = std::any_of(out_.begin(), out_.end(), [](const auto& e) { return std::holds_alternative<Save>(e); });
  if (!asked) effect(Save{++saved_});
}

void Appearances::on(const Written& event) {
  written_ = std::max(written_, event.generation);
  if (written_ == saved_) send_unwritten(Time::max());
}

// Sends the notices whose patience ends by then.
void Appearances::send_unwritten(Time until) {
  const auto keep = std::find_if(unwritten_.begin(), unwritten_.end(), [&](const Unwritten& u) { return u.give_up > until; });
  for (auto u = unwritten_.begin(); u != keep; ++u) effect(std::move(u->notice));
  unwritten_.erase(unwritten_.begin(), keep);
}

// ---- what others see -------------------------------------------------------------------------------------------------

AppearanceStatus Appearances::status(WallTime now) const {
  auto status = machine_.status();
  if (!memory_.past.empty()) {  // an earlier ghostd's last appearance
    const auto& last = memory_.past.back();
    if (!status.last) status.last = last.begun;
    if (status.notices.empty()) status.notices = last.notices;
  }
  if (!timer_active_) status.next.reset();
  else if (!machine_.under_way() || !status.next) status.next = next(now);
  return status;
}

}  // namespace ghost::core
