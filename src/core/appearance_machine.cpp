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
namespace {

constexpr Duration kLongestRetry = std::chrono::minutes(5);

Duration retry_delay(const AnnounceConfig& announce, unsigned attempts) {
  auto delay = announce.retry;
  for (unsigned i = 1; i < attempts && delay < kLongestRetry; ++i) delay *= 2;
  return std::min(delay, std::max(kLongestRetry, announce.retry));
}

// It may have arrived all the same.
bool maybe_delivered(NoticeResult result) {
  switch (result) {
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone: return true;
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return true;
}

// It failed before a word of the notice was said. (A gateway that answers 502, a program that ends with 1 may have passed it on.)
bool never_said(NoticeResult result) {
  switch (result) {
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed: return true;
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return false;
}

}  // namespace

AppearanceMachine::AppearanceMachine(std::string link, AppearReconfigured config, Remembered remembered)
    : link_(std::move(link)), remembered_(std::move(remembered)) {
  std::erase_if(remembered_.told, [&config](const auto& told) {
    return std::none_of(config.announces.begin(), config.announces.end(), [&](const AnnounceConfig& a) {
      return a.name == told.first && (told.second.receiver == 0 || told.second.receiver == receiver(a));
    });
  });
  on(std::move(config));
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
                   ended_ = clocks_.wall;
                   outcome_ = "prolonged";
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
                   ended_ = clocks_.wall;
                   outcome_ = "prolonged";
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
  if (std::holds_alternative<Idle>(state_) || next_ == event.next) return;
  next_ = event.next;
  remember();
}

void AppearanceMachine::note_begin(const AppearRequested& event) {
  hold_ = event.hold == Duration::zero() ? config_.appear.hold : event.hold;
  even_if_told_ = event.kind == "asked";
  next_ = event.next;
  kind_ = event.kind;
  begun_ = clocks_.wall;
  ended_.reset();
  outcome_.clear();
}

void AppearanceMachine::begin(const AppearRequested& event) {
  note_begin(event);
  since_.reset();
  told_addresses_.clear();
  for (auto& task : tasks_) task = Task{.announce = task.announce};
  state_ = Connecting{.give_up = after(clocks_.now, config_.appear.connect_timeout), .until = {}};
  remember();
  effect(WantLink{hold_});
}

void AppearanceMachine::on(AppearReconfigured&& event) {
  std::vector<Task> tasks;
  std::set<std::string> anew;
  for (const auto& announce : event.announces) {
    const auto same = [&](const Task& t) { return t.announce.name == announce.name; };
    const auto before = std::find_if(tasks_.begin(), tasks_.end(), same);
    if (before == tasks_.end()) {
      tasks.push_back({.announce = announce});
      continue;
    }
    const bool another = receiver(before->announce) != receiver(announce);
    if (another) {  // it knows nothing
      remembered_.told.erase(announce.name);
      before->knew.clear();
      before->heard = false;
    }
    before->announce = announce;
    if (another && std::holds_alternative<Present>(state_) && (before->running || before->retry)) anew.insert(announce.name);
    tasks.push_back(std::move(*before));
    tasks_.erase(before);
  }
  // Who comes back while he is told the end is told anew; the end must not be the last word.
  std::erase_if(partings_, [&](const Task& p) {
    const bool back = std::any_of(event.announces.begin(), event.announces.end(), [&](const AnnounceConfig& a) {
      return a.name == p.announce.name || receiver(a) == receiver(p.announce);
    });
    if (back) effect(Abandon{*p.running});
    return back;
  });
  part_from(std::exchange(tasks_, std::move(tasks)), event.announces);
  const bool other_patience = config_.appear.vanish_timeout != event.appear.vanish_timeout;
  config_ = std::move(event);
  if (other_patience && std::holds_alternative<Present>(state_)) effect(WantFarewell{true, config_.appear.vanish_timeout});
  if (anew.empty()) return;
  // What was on its way to the other one is this one's, under a number of its own: it may say it in other words.
  ++remembered_.sequence;
  remember();
  for (auto& task : tasks_) {
    if (!anew.contains(task.announce.name)) continue;
    Notice text = *task.notice;
    text.sequence = remembered_.sequence;
    assign(task, text);
  }
}

// Nobody will tell them the end later. Who is still told, by another name, is not told that it is over.
void AppearanceMachine::part_from(std::vector<Task> gone, const std::vector<AnnounceConfig>& still_there) {
  const auto* present = std::get_if<Present>(&state_);
  std::vector<Task*> who;
  for (auto& task : gone) {
    const bool maybe_told = task.running || task.retry || remembered_.told.contains(task.announce.name);
    remembered_.told.erase(task.announce.name);
    if (task.running && std::holds_alternative<Vanishing>(state_)) {
      partings_.push_back(std::move(task));
      continue;
    }
    if (task.running) effect(Abandon{*task.running});
    const bool other_name = std::any_of(still_there.begin(), still_there.end(),
                                        [&](const AnnounceConfig& a) { return receiver(a) == receiver(task.announce); });
    if (present && task.announce.vanish && maybe_told && !other_name) who.push_back(&task);
  }
  if (who.empty()) return;
  ++remembered_.sequence;
  remember();
  auto text = notice(NoticeKind::vanish, *present);
  text.reason = "reload";
  for (auto* task : who) {
    auto& parting = partings_.emplace_back(Task{.announce = task->announce, .notice = text});
    parting.announce.timeout = std::min(parting.announce.timeout, config_.appear.vanish_timeout);
    launch(parting);
  }
}

void AppearanceMachine::abandon_partings() {
  for (const auto& task : std::exchange(partings_, {})) effect(Abandon{*task.running});
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
                   // Who hangs up now does not want it to be called again.
                   const bool refused = event.reason == "disconnect" || event.reason == "block";
                   if (event.blocked || (refused && !event.trying)) return end(event.reason, true);
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
  abandon_all();
  abandon_partings();
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
  abandon_all();
  abandon_partings();
  ended_ = clocks_.wall;
  outcome_ = std::move(outcome);
  const bool told = std::holds_alternative<Vanishing>(state_) || std::holds_alternative<Present>(state_);
  state_ = Idle{failed};
  remember();
  effect(WantFarewell{});
  if (told) effect(TellVanished{outcome_});
  if (const auto again = std::exchange(again_, std::nullopt)) begin(*again);
}

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
          .next = next_,
          .sequence = remembered_.sequence,
          .reason = {}};
}

// Tells everybody who has not been told.
void AppearanceMachine::announce(Present& present) {
  std::vector<Task*> who;
  for (auto& task : tasks_) {
    const auto told = remembered_.told.find(task.announce.name);
    const bool known = told != remembered_.told.end() && told->second.addresses == present.addresses;
    // What is on its way may arrive yet, and must not be the last word.
    const bool pending = task.running || task.retry;
    // A restart of ghostd's is the same appearance still: nothing to be repeated.
    const bool repeat = task.announce.repeat && kind_ != "restart";
    if (!known || pending || repeat || even_if_told_) who.push_back(&task);
  }
  even_if_told_ = false;
  told_addresses_ = present.addresses;
  until_ = present.until;
  carrier_nat_ = present.carrier_nat;
  if (!who.empty()) ++remembered_.sequence;
  doubt(who);
  remember();
  const auto text = notice(NoticeKind::appear, present);
  for (auto* task : who) assign(*task, text);
  effect(TellAppeared{present.addresses, present.until, next_});
}

// From when they are told something until they confirm it, nobody knows what they believe: it may be heard and the answer lost, with
// the line or with us. What they knew before counts again if they have certainly not heard.
void AppearanceMachine::doubt(const std::vector<Task*>& who) {
  for (auto* task : who) {
    const auto told = remembered_.told.find(task->announce.name);
    // What this one replaces may have been heard.
    task->heard = task->running || (task->retry && task->heard);
    if (task->heard) task->knew.clear();
    else if (!task->retry) task->knew = told == remembered_.told.end() ? std::vector<IpAddress>{} : told->second.addresses;
    if (told != remembered_.told.end()) told->second.addresses.clear();
  }
}

void AppearanceMachine::assign(Task& task, const Notice& notice) {
  if (task.running) effect(Abandon{*task.running});
  task.notice = notice;
  task.told_of = true;
  task.status = {.name = task.announce.name, .result = {}, .detail = {}, .at = {}, .attempts = 0};
  launch(task);
}

void AppearanceMachine::launch(Task& task) {
  task.retry.reset();
  task.running = ++last_id_;
  ++task.status.attempts;
  effect(SendNotice{*task.running, task.announce, *task.notice});
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
  if (std::erase_if(partings_, [&](const Task& t) { return t.running == event.id; }) != 0) {
    if (const auto* v = std::get_if<Vanishing>(&state_); v && v->deadline && all_settled() && partings_.empty()) finish_farewell();
    return;
  }
  const auto task = std::find_if(tasks_.begin(), tasks_.end(), [&](const Task& t) { return t.running == event.id; });
  if (task == tasks_.end()) return;  // abandoned
  task->running.reset();
  task->heard = task->heard || maybe_delivered(event.result);
  if (!never_said(event.result)) task->knew.clear();
  task->status.at = clocks_.wall;
  task->status.detail = event.detail;
  if (std::holds_alternative<Present>(state_) && worth_retrying(event.result) &&
      task->status.attempts < task->announce.attempts) {
    task->retry = after(clocks_.now, retry_delay(task->announce, task->status.attempts));
    return;
  }
  settle(*task, event.result);
  remember();
  if (std::holds_alternative<Vanishing>(state_) && all_settled() && partings_.empty()) finish_farewell();
}

void AppearanceMachine::settle(Task& task, NoticeResult result) {
  auto& told = remembered_.told;
  const auto notice = std::exchange(task.notice, std::nullopt);
  const bool appear = notice && notice->kind == NoticeKind::appear;
  if (result == NoticeResult::Ok && appear) told[task.announce.name] = {notice->addresses, receiver(task.announce)};
  else if (result == NoticeResult::Ok) told.erase(task.announce.name);
  else if (task.heard && appear) told[task.announce.name] = {{}, receiver(task.announce)};
  else if (!task.heard && !task.knew.empty()) told[task.announce.name].addresses = task.knew;
  task.heard = false;
  task.knew.clear();
  task.retry.reset();
  task.status.result = result;
  if (!task.status.at) task.status.at = clocks_.wall;
}

void AppearanceMachine::abandon(Task& task, NoticeResult result) {
  if (task.running) effect(Abandon{*task.running});
  task.heard = task.heard || task.running;
  if (task.running || task.retry) settle(task, result);
  task.running.reset();
}

void AppearanceMachine::abandon_all() {
  for (auto& task : tasks_) abandon(task, NoticeResult::LinkGone);
}

bool AppearanceMachine::all_settled() const {
  return std::none_of(tasks_.begin(), tasks_.end(), [](const Task& t) { return t.running || t.retry; });
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
  std::vector<Task*> who;
  for (auto& task : tasks_) {
    const bool maybe_told = task.running || task.retry || remembered_.told.contains(task.announce.name);
    if (task.announce.vanish && maybe_told) who.push_back(&task);
  }
  abandon_all();
  if (who.empty() && partings_.empty()) return finish_farewell();
  if (who.empty()) return;
  ++remembered_.sequence;
  doubt(who);
  remember();
  auto text = notice(NoticeKind::vanish, present);
  text.reason = std::get<Vanishing>(state_).reason;
  for (auto* task : who) {
    auto& announce = task->announce;
    assign(*task, text);
    auto& sent = std::get<SendNotice>(out_.back());
    sent.announce.timeout = std::min(announce.timeout, config_.appear.vanish_timeout);
  }
}

void AppearanceMachine::finish_farewell() {
  std::get<Vanishing>(state_).deadline.reset();
  effect(FarewellDone{});
}

// ---- time ------------------------------------------------------------------------------------------------------------

void AppearanceMachine::on(const AppearDeadlinePassed&) {
  std::visit(Overloaded{
                 [&](Idle&) {},
                 [&](Connecting& c) {
                   if (clocks_.now >= c.give_up) end(link_reason_.empty() ? "TimedOut" : link_reason_, true);
                 },
                 [&](Present&) {
                   for (auto& task : tasks_)
                     if (task.retry && clocks_.now >= *task.retry) launch(task);
                 },
                 [&](Vanishing& v) {
                   if (!v.deadline || clocks_.now < *v.deadline) return;
                   for (auto& task : tasks_) abandon(task, NoticeResult::TimedOut);
                   abandon_partings();
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
  std::visit(Overloaded{
                 [&](const Idle&) {},
                 [&](const Connecting& c) { consider(c.give_up); },
                 [&](const Present&) {
                   for (const auto& task : tasks_) consider(task.retry);
                 },
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
  s.next = next_;
  if (const auto* p = std::get_if<Present>(&state_)) s.until = p->until;
  s.sequence = remembered_.sequence;
  s.carrier_nat = carrier_nat_;
  s.addresses = told_addresses_;
  for (const auto& task : tasks_)
    if (task.told_of) s.notices.push_back(task.status);
  return s;
}

void AppearanceMachine::remember() {
  AppearanceRecord record{.begun = begun_.value_or(clocks_.wall),
                          .ended = ended_,
                          .kind = kind_,
                          .outcome = ended_ ? outcome_ : state_name(),
                          .addresses = told_addresses_,
                          .next = next_,
                          .notices = status().notices};
  std::optional<WallTime> until;
  if (const auto* p = std::get_if<Present>(&state_)) until = p->until;
  if (const auto* c = std::get_if<Connecting>(&state_)) until = c->until;
  effect(Remember{std::move(record), until});
}

}  // namespace ghost::core
