// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/call_phase.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::ppp {

using core::Time;

namespace {
constexpr std::size_t kServers = 2;  // pppd says a primary and a secondary one
}

CallPhase::CallPhase(int pid, const core::CallConfig& config, Time now, core::Duration echo_interval, std::string peer,
                     std::string device)
    : config_(config),
      device_(std::move(device)),
      echo_interval_(echo_interval),
      state_(Connecting{now + config.dial_timeout}),
      said_{core::CallStarted{pid, std::move(peer)}} {}

std::vector<CallEffect> CallPhase::step(const CallEvent& event, Time now) {
  std::vector<CallEffect> out;
  if (exited()) return out;  // pppd's children may go on logging
  std::visit(Overloaded{[&](const Line& e) { on(e, now, out); }, [&](const HangupAsked& e) { on(e, now, out); },
                        [&](const Tick& e) { on(e, now, out); }, [&](const Exited& e) { on(e, now, out); }},
             event);
  return out;
}

std::optional<Time> CallPhase::deadline() const {
  auto next = std::visit(Overloaded{[](const Connecting& s) { return std::optional(s.deadline); },
                                    [](const Negotiating& s) { return std::optional(s.deadline); },
                                    [](const Networking& s) { return std::optional(s.deadline); },
                                    [](const Running&) { return std::optional<Time>(); },
                                    [](const Ending& s) { return std::optional(s.deadline); },
                                    [](const Gone&) { return std::optional<Time>(); }},
                         state_);
  if (exited()) return next;
  for (const auto* agreed : {&v4_, &v6_})
    if (agreed->settles && (!next || *agreed->settles < *next)) next = agreed->settles;
  return next;
}

std::string_view CallPhase::name() const {
  return std::visit(Overloaded{[](const Connecting&) { return std::string_view("connecting"); },
                               [](const Negotiating&) { return std::string_view("negotiating"); },
                               [](const Networking&) { return std::string_view("negotiating addresses"); },
                               [](const Running&) { return std::string_view("running"); },
                               [](const Ending&) { return std::string_view("ending"); },
                               [](const Gone&) { return std::string_view("gone"); }},
                    state_);
}

void CallPhase::on(const Line& line, Time now, std::vector<CallEffect>& out) {
  auto fact = log_fact(line.text);
  if (fact && fact->kind == FactKind::OptionsRefused && !device_.empty() &&
      line.text.find("unrecognized option '" + device_ + "'") != std::string_view::npos)
    fact->kind = FactKind::DeviceUnusable;
  if (!std::holds_alternative<Ending>(state_)) evidence_.hear(line.text);
  if (!fact) return;
  // Lines that pppd logs while it obeys our SIGTERM are not the reason for the end.
  if (std::holds_alternative<Ending>(state_) && fact->kind != FactKind::FatalSignal) return;
  if (!evidence_.note(*fact, line.text)) return;
  if (fact->kind == FactKind::LinkUp && !line_since_) line_since_ = now;
  if (fact->kind == FactKind::PeerDead) look_at_echoes(line.text, now);
  advance(fact->kind, now);
  agree(*fact, now, out);
}

// "No response to 3 echo-requests": the first echo leaves when LCP is agreed, and the next ones an interval apart. So an answered
// echo would have put this off by an interval at least. If LCP took long, we cannot know.
void CallPhase::look_at_echoes(std::string_view line, Time now) {
  static constexpr std::string_view kHead = "No response to ";
  if (!line.starts_with(kHead) || !line_since_ || echo_interval_ == core::Duration::zero()) return;
  unsigned unanswered = 0;
  std::from_chars(line.data() + kHead.size(), line.data() + line.size(), unanswered);
  if (unanswered != 0 && unanswered < 1000) asked_.echo_unanswered = now - *line_since_ < (unanswered + 1) * echo_interval_;
}

void CallPhase::advance(FactKind kind, Time now) {
  const bool line_stands = kind == FactKind::SerialUp || kind == FactKind::LinkUp;
  const bool authenticated = kind == FactKind::AuthSucceeded;
  const bool network = kind == FactKind::LocalAddress;
  const Time next_deadline = now + config_.negotiate_timeout;
  std::visit(Overloaded{[&](const Connecting&) {
                          if (line_stands) state_ = Negotiating{next_deadline};
                        },
                        [&](const Negotiating&) {
                          if (authenticated) state_ = Networking{next_deadline};
                          if (network) state_ = Running{};
                        },
                        [&](const Networking&) {
                          if (network) state_ = Running{};
                        },
                        [](const Running&) {}, [](const Ending&) {}, [](const Gone&) {}},
             state_);
}

void CallPhase::agree(const LogFact& fact, Time now, std::vector<CallEffect>& out) {
  if (!fact.address) return;
  // A DNS server is an IPCP option (RFC 1877): it belongs to the IPv4 side.
  auto& agreed = fact.address->family() == Family::v6 ? v6_ : v4_;
  if (fact.kind == FactKind::DnsServer) {
    if (agreed.dns.size() == kServers) return;
    agreed.dns.push_back(*fact.address);
  } else {
    auto& end = fact.kind == FactKind::LocalAddress ? agreed.local : agreed.remote;
    if (end) return;
    end = fact.address;
  }
  if (!agreed.local) return;
  if (agreed.remote && (&agreed == &v6_ || agreed.dns.size() == kServers)) return tell(agreed, out);
  agreed.settles = now + kSettle;
}

void CallPhase::tell(Agreed& agreed, std::vector<CallEffect>& out) {
  agreed.settles.reset();
  const auto unknown = agreed.local->family() == Family::v4 ? IpAddress{} : *IpAddress::parse("::");
  const News news = core::CallAddress{*agreed.local, agreed.remote.value_or(unknown), agreed.dns};
  std::erase_if(said_, [&](const News& said) {
    const auto* address = std::get_if<core::CallAddress>(&said);
    return address != nullptr && address->local.family() == agreed.local->family();
  });
  said_.push_back(news);
  out.emplace_back(news);
}

void CallPhase::tell_settled(Time now, bool at_once, std::vector<CallEffect>& out) {
  for (auto* agreed : {&v4_, &v6_})
    if (agreed->settles && (at_once || *agreed->settles <= now)) tell(*agreed, out);
}

void CallPhase::on(const HangupAsked&, Time now, std::vector<CallEffect>& out) {
  asked_.hangup = true;  // even if a deadline had begun to end it: now somebody wants the end
  if (!std::holds_alternative<Ending>(state_)) end(now, out);
}

void CallPhase::end(Time now, std::vector<CallEffect>& out) {
  v4_.settles.reset();
  v6_.settles.reset();
  state_ = Ending{now + config_.hangup_timeout};
  out.emplace_back(SendTerm{});
}

void CallPhase::on(const Tick&, Time now, std::vector<CallEffect>& out) {
  tell_settled(now, false, out);
  const auto missed = [&](const Time deadline, const char* what) {
    if (now < deadline) return;
    asked_.timed_out = what;
    end(now, out);
  };
  // By value: end() replaces the state.
  const auto state = state_;
  std::visit(Overloaded{[&](const Connecting& s) { missed(s.deadline, "no connection within DialTimeout="); },
                        [&](const Negotiating& s) { missed(s.deadline, "no agreement with the peer within NegotiateTimeout="); },
                        [&](const Networking& s) { missed(s.deadline, "no address within NegotiateTimeout="); },
                        [](const Running&) {},
                        [&](const Ending& s) {
                          if (now < s.deadline) return;
                          asked_.killed = true;
                          state_ = Ending{now + config_.hangup_timeout};
                          out.emplace_back(SendKill{});
                        },
                        [](const Gone&) {}},
             state);
}

void CallPhase::on(const Exited& exited, Time now, std::vector<CallEffect>& out) {
  tell_settled(now, true, out);
  state_ = Gone{};
  out.emplace_back(News{exit_reason(exited.status, evidence_, asked_)});
}

}  // namespace ghost::ppp
