// SPDX-License-Identifier: GPL-2.0-or-later
// Requests to ghostd on the bus, and what ghostd asks and tells there.
#include <utility>
#include <variant>

#include "base/overloaded.hpp"
#include "core/time.hpp"
#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {
namespace {

std::string timer_of(const std::string& link) { return "ghost-appear@" + link + ".timer"; }

}  // namespace

bus::Accepted Daemon::may_call(const std::string& link) const {
  using Error = bus::RequestError;
  const auto bar = links_.at(link)->machine().permission().strongest();
  if (!bar) return {};
  switch (*bar) {
    case core::Bar::block: return tl::unexpected(Error{Error::Kind::Blocked, link + " is blocked; unblock it first"});
    case core::Bar::stop:
      return tl::unexpected(Error{Error::Kind::Failed, "ghostd is about to stop; if it is not, run: ghostctl unblock " + link});
    case core::Bar::gone:
      return tl::unexpected(
          Error{Error::Kind::Failed, link + " is no longer in the configuration. ghostd ends its call and removes it."});
    case core::Bar::sleep: return tl::unexpected(Error{Error::Kind::Failed, "the machine is about to sleep"});
  }
  return {};
}

bus::Accepted Daemon::ask(const std::string& link, const bus::LinkAct& act) {
  if (std::holds_alternative<bus::act::Connect>(act) || std::holds_alternative<bus::act::Appear>(act))
    if (auto may = may_call(link); !may) return may;
  using Event = core::LinkEvent;
  post(link, std::visit(Overloaded{[](const bus::act::Connect&) -> Event { return core::ConnectAsked{}; },
                                   [](const bus::act::Disconnect&) -> Event { return core::DisconnectAsked{}; },
                                   [](const bus::act::Block&) -> Event { return core::BlockAsked{}; },
                                   [](const bus::act::Unblock&) -> Event { return core::UnblockAsked{}; },
                                   [](const bus::act::Appear& appear) -> Event { return core::AppearAsked{appear.hold}; }},
                        act));
  turn_end_.tell_now();  // the caller sees the result in the properties
  return {};
}

void Daemon::asked(const std::string& word, const std::string& link, const bus::Asker& by) {
  log_asked(link, word, by.uid, by.pid, by.unit);
}

void Daemon::look(const std::string& link) {
  host_.counts().look(loop::now());
  if (const auto at = links_.find(link); bus_ && at != links_.end()) bus_->publish(at->second->status());
}

tl::expected<bool, bus::RequestError> Daemon::leave() {
  std::vector<std::string> names;
  for (const auto& [name, link] : links_) names.push_back(name);
  announced_.stop(loop::now());
  for (const auto& name : names) post(name, core::LeaveAsked{});
  turn_end_.tell_now();
  return roll_.stop(any_call());
}

tl::expected<bus::TickAnswer, bus::RequestError> Daemon::appear_tick(const std::string& name, core::TickKind kind,
                                                                     std::optional<core::WallTime> timer_next) {
  watch_timer(name);
  post(name, core::TickAsked{kind, timer_next});
  turn_end_.tell_now();
  const auto& link = *links_.at(name);
  return bus::TickAnswer{link.judged().due, link.judged().next, link.machine().config().appear.wake_system};
}

tl::expected<std::vector<core::AppearanceRecord>, bus::RequestError> Daemon::appearances(const std::string& link) {
  return links_.at(link)->decides().memory().past;
}

void Daemon::answer_tick(const std::string& link, const core::Due& due) { links_.at(link)->judged(due); }

void Daemon::appeared(const std::string& link, const core::TellAppeared& appearance) {
  if (bus_) bus_->appeared(link, appearance.addresses, appearance.until, appearance.next);
}

void Daemon::vanished(const std::string& link, const std::string& reason) {
  if (bus_) bus_->vanished(link, reason);
}

void Daemon::watch_timer(const std::string& name) {
  if (bus_) bus_->watch_active(timer_of(name), [this, name](bool active) { post(name, core::TimerSeen{active}); });
}

void Daemon::forget_timer(const std::string& name) {
  if (bus_) bus_->forget(timer_of(name));
}

void Daemon::ask_clock(std::function<void(bool)> answer) {
  if (!bus_) return answer(true);
  if (!clock_) clock_ = std::make_unique<bus::ClockQuestion>(loop_, bus_->connection());
  clock_->ask(std::move(answer));
}

// ghostd watches the link's timer, because a person who stops it wants no more appearances.
void Daemon::ask_timer(const std::string& name, core::TimerQuestion question) {
  if (!bus_) return;
  bus_->ask_active(timer_of(name), [this, name, question](bool active) {
    if (active) post(name, core::TimerIsActive{question});
  });
}

}  // namespace ghost::daemon
