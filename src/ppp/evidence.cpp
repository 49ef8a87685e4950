// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/evidence.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ppp/text.hpp"

namespace ghost::ppp {
namespace {

using core::CallStage;

enum class Believed { Always, BeforeTheLine, AfterTheLine };

Believed believed(FactKind kind) {
  switch (kind) {
    case FactKind::AuthSucceeded:
    case FactKind::LocalAddress:
    case FactKind::RemoteAddress:
    case FactKind::DnsServer:
    case FactKind::AuthFailed:
    case FactKind::AuthUnanswered:
    case FactKind::PeerUnproven:
    case FactKind::PeerDead:
    case FactKind::PeerTerminated:
    case FactKind::Loopback:
    case FactKind::NegotiationFailed:
    case FactKind::LimitReached: return Believed::AfterTheLine;
    case FactKind::SerialUp:
    case FactKind::LinkUp:
    case FactKind::LineHungUp:
    case FactKind::DeviceUnusable:
    case FactKind::OptionsRefused:
    case FactKind::NoKernelSupport:
    case FactKind::InterfaceRefused:
    case FactKind::FatalSignal:
    case FactKind::Signalled: return Believed::Always;
    case FactKind::ChatBusy:
    case FactKind::ChatNoCarrier:
    case FactKind::ChatNoDialtone:
    case FactKind::ChatNoAnswer:
    case FactKind::ChatLoginFailed:
    case FactKind::ChatAborted:
    case FactKind::PinSent:
    case FactKind::HiddenSent:
    case FactKind::DialSent:
    case FactKind::OtherSent:
    case FactKind::Registered:
    case FactKind::NotRegistered:
    case FactKind::ChatExpects:
    case FactKind::SimError:
    case FactKind::ModemBusy:
    case FactKind::ModemNoCarrier:
    case FactKind::ModemNoDialtone:
    case FactKind::ModemNoAnswer:
    case FactKind::ChatTimedOut:
    case FactKind::ConnectFailed:
    case FactKind::NobodyThere: return Believed::BeforeTheLine;
  }
  return Believed::BeforeTheLine;
}

// If a modem gives several answers, the last one counts: "NO CARRIER" may still be the end of the call before.
bool last_counts(FactKind kind) {
  return kind == FactKind::ModemBusy || kind == FactKind::ModemNoCarrier || kind == FactKind::ModemNoDialtone ||
         kind == FactKind::ModemNoAnswer;
}

// What pppd says at each end, and what says nothing without the line before.
bool is_routine(std::string_view line) {
  static constexpr std::array<std::string_view, 8> kRoutine{
      "Exit.", "Connection terminated.", "Hangup", "Modem hangup", "Connect time ", "Sent ", "Script ", "Waiting for "};
  return line.empty() || std::any_of(kRoutine.begin(), kRoutine.end(), [&](auto head) { return line.starts_with(head); });
}

// chat -v shows everything that the far end prints, and that may be a password.
bool is_of_chat(std::string_view line) {
  static constexpr std::array<std::string_view, 5> kChat{"send (", "expect (", "abort on (", "timeout set to ", "Failed ("};
  return std::any_of(kChat.begin(), kChat.end(), [&](auto head) { return line.starts_with(head); });
}

}  // namespace

void Evidence::hear(std::string_view line) {
  auto text = printable(without_secrets(line));
  if (is_of_chat(text)) chat_talks_ = true;
  if ((chat_talks_ && !line_stands_) || is_routine(text)) return;
  last_line_ = std::move(text);
}

CallStage Evidence::stage() const {
  if (was_up_) return CallStage::running;
  if (line(FactKind::PeerUnproven) != nullptr) return CallStage::authenticating;  // also after the peer accepted us
  if (line(FactKind::AuthSucceeded) != nullptr) return CallStage::addressing;
  if (!line_stands_) return CallStage::connecting;
  const bool lcp_stood = first_of({FactKind::AuthFailed, FactKind::AuthUnanswered, FactKind::PeerTerminated}) != nullptr;
  return lcp_stood ? CallStage::authenticating : CallStage::negotiating;
}

bool Evidence::note(const LogFact& fact, std::string_view line) {
  const auto when = believed(fact.kind);
  if ((when == Believed::AfterTheLine && !line_stands_) || (when == Believed::BeforeTheLine && line_stands_)) return false;
  if (fact.kind == FactKind::SerialUp || fact.kind == FactKind::LinkUp) {
    line_stands_ = true;
    std::erase_if(told_, [](const Told& t) { return believed(t.kind) == Believed::BeforeTheLine; });
  }
  if (fact.kind == FactKind::LocalAddress) was_up_ = true;
  // A further command means that the modem has taken the one before.
  const bool goes_on = fact.kind == FactKind::OtherSent || fact.kind == FactKind::HiddenSent || fact.kind == FactKind::DialSent;
  if (goes_on) std::erase_if(told_, [](const Told& t) { return t.kind == FactKind::PinSent || t.kind == FactKind::HiddenSent; });
  if (fact.kind == FactKind::OtherSent) return true;
  // A modem without its PIN refuses other commands, too (+CME ERROR: 11). Its answer to the PIN is what counts.
  if (fact.kind == FactKind::PinSent) std::erase_if(told_, [](const Told& t) { return t.kind == FactKind::SimError; });
  if (last_counts(fact.kind)) std::erase_if(told_, [](const Told& t) { return last_counts(t.kind); });
  if (fact.kind == FactKind::Registered || fact.kind == FactKind::NotRegistered || fact.kind == FactKind::ChatExpects)
    std::erase_if(told_, [&](const Told& t) {
      return t.kind == fact.kind || (fact.kind == FactKind::Registered && t.kind == FactKind::NotRegistered);
    });
  if (this->line(fact.kind) == nullptr) told_.push_back({fact.kind, printable(without_secrets(line))});
  return true;
}

const std::string* Evidence::line(FactKind kind) const {
  const auto* told = first_of({kind});
  return told == nullptr ? nullptr : &told->line;
}

const Evidence::Told* Evidence::first_of(std::initializer_list<FactKind> kinds) const {
  for (const auto& t : told_)
    if (std::find(kinds.begin(), kinds.end(), t.kind) != kinds.end()) return &t;
  return nullptr;
}

}  // namespace ghost::ppp
