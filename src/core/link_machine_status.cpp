// SPDX-License-Identifier: GPL-2.0-or-later
// What others see of a machine. Nothing here changes it.
#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/link_machine.hpp"

namespace ghost::core {

const Call* LinkMachine::call() const {
  using Found = const Call*;
  return std::visit(Overloaded{
                        [](const Unlisted&) -> Found { return nullptr; },
                        [](const Down&) -> Found { return nullptr; },
                        [](const Dialing& dialing) -> Found { return &dialing.call; },
                        [](const Up& up) -> Found { return &up.call; },
                        [](const Leaving& leaving) -> Found { return &leaving.up.call; },
                        [](const Draining& draining) -> Found { return &draining.call; },
                        [](const Ending& ending) -> Found { return &ending.call; },
                        [](const Waiting&) -> Found { return nullptr; },
                        [](const Recovering&) -> Found { return nullptr; },
                        [](const Moving&) -> Found { return nullptr; },
                        [](const Gone&) -> Found { return nullptr; },
                    },
                    state_);
}

std::optional<Time> LinkMachine::waits_until() const {
  if (const auto* recovering = std::get_if<Recovering>(&state_)) return recovering->until;
  if (const auto* moving = std::get_if<Moving>(&state_))
    return moving->not_before > now_ ? std::optional(moving->not_before) : std::nullopt;
  const auto* waiting = std::get_if<Waiting>(&state_);
  return waiting ? std::optional(waiting->until) : std::nullopt;
}

const Up* LinkMachine::carries() const {
  if (const auto* leaving = std::get_if<Leaving>(&state_)) return &leaving->up;
  return std::get_if<Up>(&state_);
}

Call* LinkMachine::present() { return const_cast<Call*>(std::as_const(*this).call()); }

bool LinkMachine::settled() const {
  const auto* up = carries();
  if (up == nullptr) return false;
  for (const auto family : {Family::v4, Family::v6}) {
    if (up->of(family) == Carriage::pending) return false;
    if (up->of(family) == Carriage::carried && !up->call.agreed[static_cast<std::size_t>(family)]) return false;
  }
  return true;
}

bool LinkMachine::trying() const {
  return std::visit(Overloaded{
                        [&](const Unlisted&) { return wanted_.any(); },
                        [&](const Down&) { return false; },
                        [&](const Dialing&) { return true; },
                        [&](const Up&) { return true; },
                        [&](const Leaving&) { return true; },
                        [&](const Draining& draining) { return wanted_.any() || (draining.failed && !ended_on_purpose_); },
                        [&](const Ending& ending) { return wanted_.any() || (ending.failed && !ended_on_purpose_); },
                        [&](const Waiting&) { return wanted_.any(); },
                        [&](const Recovering&) { return wanted_.any(); },
                        [&](const Moving&) { return wanted_.any(); },
                        [&](const Gone&) { return false; },
                    },
                    state_);
}

bool LinkMachine::can_call() const {
  if (carries() != nullptr) return true;
  if (barred()) return false;
  return std::visit(Overloaded{
                        [](const Unlisted&) { return true; },
                        [](const Down&) { return true; },
                        [&](const Dialing&) { return row_.count() == 0; },
                        [](const Up&) { return true; },
                        [](const Leaving&) { return true; },
                        [](const Draining&) { return true; },
                        [](const Ending&) { return true; },
                        [](const Waiting&) { return false; },
                        [](const Recovering&) { return false; },
                        [](const Moving&) { return false; },
                        [](const Gone&) { return false; },
                    },
                    state_);
}

bool LinkMachine::waits_for_packets() const {
  const bool carries_soon = std::holds_alternative<Dialing>(state_) || carries() != nullptr;
  return !carries_soon && !impaired_;
}

Shown shown(const State& state) {
  return std::visit(Overloaded{
                        [](const Unlisted&) { return Shown::down; },
                        [](const Down&) { return Shown::down; },
                        [](const Dialing&) { return Shown::dialing; },
                        [](const Up&) { return Shown::up; },
                        [](const Leaving&) { return Shown::up; },
                        [](const Draining&) { return Shown::hanging_up; },
                        [](const Ending&) { return Shown::hanging_up; },
                        [](const Waiting&) { return Shown::waiting; },
                        [](const Recovering&) { return Shown::waiting; },
                        [](const Moving&) { return Shown::down; },
                        [](const Gone&) { return Shown::down; },
                    },
                    state);
}

std::string_view to_string(Shown shown) {
  switch (shown) {
    case Shown::down: return "down";
    case Shown::dialing: return "dialing";
    case Shown::up: return "up";
    case Shown::hanging_up: return "hanging-up";
    case Shown::waiting: return "waiting";
  }
  return {};
}

LinkStatus LinkMachine::status(const LinkInterfaces& interfaces) const {
  LinkStatus s;
  s.name = config_.name;
  s.description = config_.description;
  s.state = to_string(shown(state_));
  s.blocked = blocked();
  s.since = since_;
  s.reason = reason_;
  s.detail = detail_;
  s.trigger = trigger();
  s.peer = call() ? call()->peer : last_peer_;
  for (const auto& way : ways_.all())
    if (!way.peer.empty()) s.peers.push_back({way.peer, way.out ? std::string(to_string(*way.out)) : std::string()});
  if (call()) s.interface = interfaces.call;
  s.demand_interface = interfaces.demand;
  s.stable_addresses = config_.stable;
  s.calls = counters_.calls;
  s.buffered_packets = buffer_.packets();
  s.buffered_bytes = buffer_.bytes();
  s.replayed_packets = counters_.replayed;
  s.drops = counters_.drops;
  s.coalesced_packets = counters_.coalesced;
  s.malformed_packets = counters_.malformed;
  s.failures = row_.count();
  if (const auto* up = carries()) {
    s.local_addresses = up->addresses();
    s.idle_deadline = up->idle.kept_until();
    for (const auto& agreed : up->call.agreed) {
      if (!agreed) continue;
      if (!s.remote_address) s.remote_address = agreed->remote;  // IPv4's, if there is one
      s.dns.insert(s.dns.end(), agreed->dns.begin(), agreed->dns.end());
    }
  }
  s.redial_deadline = waits_until();
  if (recovery_) {
    s.recovery.step = to_string(recovery_->step);
    s.recovery.result = !recovery_->end ? "running" : recovery_->end->ok ? "done" : "failed";
    if (recovery_->end) s.recovery.detail = recovery_->end->detail;
  }
  s.recovery.steps = static_cast<unsigned>(ladder_.past().taken.size());
  return s;
}

}  // namespace ghost::core
