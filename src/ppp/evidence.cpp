// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/evidence.hpp"

#include <algorithm>

#include "ppp/text.hpp"

namespace ghost::ppp {
namespace {

enum class Believed { Always, BeforeTheLine, AfterTheLine };

Believed believed(FactKind kind) {
  switch (kind) {
    case FactKind::AuthSucceeded:
    case FactKind::LocalAddress:
    case FactKind::RemoteAddress:
    case FactKind::DnsServer:
    case FactKind::AuthFailed:
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

}  // namespace

bool Evidence::note(const LogFact& fact, std::string_view line) {
  const auto when = believed(fact.kind);
  if ((when == Believed::AfterTheLine && !line_stands_) || (when == Believed::BeforeTheLine && line_stands_)) return false;
  if (fact.kind == FactKind::SerialUp || fact.kind == FactKind::LinkUp) {
    line_stands_ = true;
    std::erase_if(told_, [](const Told& t) { return believed(t.kind) == Believed::BeforeTheLine; });
  }
  if (fact.kind == FactKind::LocalAddress) was_up_ = true;
  if (last_counts(fact.kind)) std::erase_if(told_, [](const Told& t) { return last_counts(t.kind); });
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
