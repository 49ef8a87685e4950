// SPDX-License-Identifier: GPL-2.0-or-later
// The world's receivers of notices, its disk and its timers, and the promises about what they are told.
#include <algorithm>
#include <utility>

#include "core/receiver.hpp"
#include "world.hpp"

namespace ghost::test {

using namespace core;

namespace {

bool surely_not_heard(NoticeResult result) {
  for (const auto r : {NoticeResult::BadConfig, NoticeResult::NoSuchHost, NoticeResult::TlsFailed, NoticeResult::AuthFailed})
    if (r == result) return true;
  return false;
}

}  // namespace

// ---- what happens ----------------------------------------------------------------------------------------------------

std::vector<AnnounceConfig> World::some_announces() {
  std::vector<AnnounceConfig> out;
  if (chance(20)) return out;
  for (const auto* name : {"mail", "dns", "web", "file"}) {
    if (chance(40)) continue;
    AnnounceConfig n;
    n.name = name;
    n.url = n.name == "file" ? "file:///srv/notice.json" : "https://example.net/" + n.name;
    n.vanish = chance(60);
    n.repeat = chance(20);
    n.attempts = 1 + pick(4);
    out.push_back(n);
  }
  return out;
}

LinkEvent World::anything_of_appearances() {
  const auto next = chance(50) ? std::optional(wall() + up_to(600s)) : std::nullopt;
  switch (pick(8)) {
    case 0:
    case 1:
    case 2: return AppearAsked{chance(50) ? 0s : 1s * pick(300)};
    case 3: return TickAsked{TickKind::calendar, next};
    case 4: return TickAsked{TickKind::chain, next};
    case 5: return TickAsked{TickKind::resume, next};
    case 6: timer_active_ = !timer_active_; return TimerSeen{timer_active_};
    default: offset_ += chance(50) ? -up_to(300s) : up_to(300s); return ClockSet{chance(80) ? 0s : up_to(1h)};
  }
}

void World::learns(const AppearancesEvent& event) {
  if (std::holds_alternative<AppearAsked>(event) || std::holds_alternative<TickAsked>(event) ||
      std::holds_alternative<TimerIsActive>(event))
    hung_up_ = false;
  if (std::holds_alternative<AppearAsked>(event)) asked_since_ = true;
  if (const auto* set = std::get_if<ClockSet>(&event); set && set->asleep >= 1s) sleep_until_.reset();
  const auto* written = std::get_if<Written>(&event);
  if (written == nullptr) return;
  written_ = std::max(written_, written->generation);
  if (written_ == saved_) disk_ = link_.memory();
}

// Somebody answers, or nobody ever does: that is the end of Timeout=.
void World::answer_notice() {
  if (way_.empty()) return;
  const auto at = std::next(way_.begin(), pick(static_cast<unsigned>(way_.size())));
  const auto result = chance(60) ? NoticeResult::Ok : static_cast<NoticeResult>(pick(12));
  const auto [id, what] = *at;
  way_.erase(at);
  if (result == NoticeResult::Ok && what.notice.kind == NoticeKind::appear && what.name != "echo")
    confirmed_[what.name] = what.notice.addresses;
  if (surely_not_heard(result) && !what.knew.empty()) confirmed_[what.name] = what.knew;
  feed(NoticeAnswered{id, result, "said so", chance(80) ? "203.0.113.9" : "nonsense"});
}

// ghostd is killed, and started again. What the supervisor and the kernel have is still there; what was not on disk is not.
void World::restart() {
  ++seen_["restarts"];
  history_.push_back("killed and started again");
  std::erase_if(appointments_, [this](const Appointment& a) {
    const auto* e = std::get_if<Event>(&a.event);
    const auto* report = e ? std::get_if<CallReport>(e) : nullptr;
    return e == nullptr || !((report && report->serial == live_) || std::holds_alternative<InterfaceAppeared>(*e) ||
                             std::holds_alternative<AddressAppeared>(*e) || std::holds_alternative<AddressVanished>(*e));
  });
  const auto was_dialing = was_.state == "connecting";
  const auto peer = call().call() && call().ways().several() ? call().call()->peer : std::string();
  failed_by_.reset();
  link_ = Link(call().config(), disk_, around(), clocks());
  arrived_ = on_the_way_ = 0;
  last_order_[0] = last_order_[1] = 0;
  waiting_.clear();
  held_.clear();
  asking_.reset();
  way_.clear();
  owed_.clear();
  made_.clear();
  asked_idle_ = asked_since_ = farewell_begun_ = hung_up_ = false;
  if (!live_) routed_.clear();  // the kernel has removed the routes with the call's interface
  saved_ = written_ = 0;
  blocked_ = call().blocked();
  stop_until_.reset();
  sleep_until_.reset();
  impaired_ = false;
  confirmed_.clear();
  for (const auto& [name, told] : disk_.told)
    if (!told.addresses.empty()) confirmed_[name] = told.addresses;
  for (auto& [name, sequence] : sequences_) sequence = std::min(sequence, disk_.sequence);
  knows_ = false;
  const auto lives = std::exchange(live_, std::nullopt);
  for (auto n = pick(4); n > 0; --n) feed(some_wish());
  steps_.resize(std::min(steps_.size(), disk_.ladder.taken.size()));  // the others were not on disk yet
  if (const auto runs = std::exchange(step_, std::nullopt)) {
    ++seen_["restarts while a step runs"];
    step_ = runs;
    feed(RecoveryReport{runs->after, runs->step});
    if (chance(95)) later(up_to(call().config().recover.timeout), step_report(*runs));
  }
  if (lives) {
    // As for a call that nobody has told of before.
    const auto before = newest_;
    newest_ = CallSerial::none;
    const auto ppp = ppp_;
    const auto planned = appointments_;
    feed(CallReport{*lives, CallStarted{.pid = 1, .peer = peer}});
    appointments_ = planned;  // it goes on as it was
    newest_ = before;
    for (const auto& local : ppp)
      if (live_) feed(AddressAppeared{local});
    ++seen_[was_dialing ? "restarts while dialing" : "restarts with a call"];
  }
  later(up_to(20s), Event(Listed{newest_}));
  feed(TimerSeen{timer_active_});
}

// ---- what must hold --------------------------------------------------------------------------------------------------

void World::see(const Tell& told) {
  const auto& notice = told.what.notice;
  const auto& announce = told.what.announce;
  const bool up = call().carries() != nullptr;
  ++seen_[notice.kind == NoticeKind::appear ? "notices" : "vanish notices"];
  promise(up || !needs_link(announce), "a notice is sent without a link");
  const auto made = made_.lower_bound(notice.sequence);  // one step may make two numbers, and the disk gets the last
  const bool waited = made != made_.end() && now_ - made->second >= 2s;
  promise(saved_ == written_ || waited, "a notice is sent before it is on disk");
  seen_["told before it was on disk"] += saved_ != written_;
  for (const auto& [id, other] : way_) promise(other.name != announce.name, "two notices for one notifier");
  auto& last = sequences_[announce.name];
  promise(notice.sequence >= last, "a number goes back");
  last = notice.sequence;
  const auto known = confirmed_.find(announce.name);
  const bool again = known != confirmed_.end() && known->second == notice.addresses;
  promise(notice.kind == NoticeKind::vanish || !again || announce.repeat || asked_for_this_ || asked_since_ ||
              unsettled_.contains(announce.name),
          "an address is told twice");
  way_[told.what.id] = {announce.name, notice, known == confirmed_.end() ? std::vector<IpAddress>{} : known->second,
                        needs_link(announce)};
  confirmed_.erase(announce.name);  // until it is answered
  owed_.erase(announce.name);
}

void World::see(const TellAppeared& told) {
  ++seen_["appearances"];
  asked_for_this_ = std::exchange(asked_since_, false);
  promise(!told.addresses.empty(), "it appears nowhere");
  for (const auto& a : call().config().announces) {
    const auto known = confirmed_.find(a.name);
    const bool knows = known != confirmed_.end() && known->second == told.addresses;
    const bool coming = std::any_of(way_.begin(), way_.end(), [&](const auto& w) {
      return w.second.name == a.name && w.second.notice.addresses == told.addresses;
    });
    if (knows || coming) owed_.erase(a.name);
    else owed_[a.name] = now_;
  }
}

// In order, the good-bye comes first: whoever was told and is to be told the end has been, or its time was up.
void World::see(const RouteBack&) {
  const auto reason = call().status().reason;
  const bool in_order = reason == "idle" || reason == "disconnect" || reason == "block" || reason == "standby" ||
                        reason == "stop" || reason == "reload" || reason == "gone";
  if (!in_order) return;
  ++seen_["hung up in order"];
  const bool present = was_.state == "present" || was_.state == "announcing";
  promise(!present || !owed_farewell_, "it hangs up in order without a good-bye");
  behind_good_bye_ = was_.state == "vanishing";
  seen_["hung up behind a good-bye"] += behind_good_bye_;
}

void World::after_notices() {
  const auto status = link_.status(wall()).appearance;
  const bool present = status.state == "present" || status.state == "announcing";
  if (!present) owed_.clear();
  if (present) asked_since_ = asked_since_ && owed_.empty() && false;
  for (const auto& [name, since] : owed_) promise(saved_ != written_ && (sleepy_ || now_ - since <= 2s), name + " is not told");
  if (call().carries() == nullptr)
    promise(std::none_of(way_.begin(), way_.end(), [](const auto& w) { return w.second.by_link; }), "a notice outlives its link");
  promise(!link_.wall_deadline() || link_.memory().promise == link_.wall_deadline(),
          "it waits for another time than the promised one");
}

}  // namespace ghost::test
