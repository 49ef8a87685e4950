// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/exit_reason.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <cstring>
#include <optional>
#include <utility>

namespace ghost::ppp {
namespace {

using core::CallEnd;
using core::CallGone;
using core::CallStage;
using enum FactKind;

constexpr const char* kEchoAdvice =
    "; no echo was ever answered; if the line works without, write \"lcp-echo-interval 0\" in the peer file";

std::string how(const ExitStatus& status) {
  if (status.kind == ExitStatus::Kind::Exited) return fmt::format("pppd exit code {}", status.value);
  const char* name = ::sigabbrev_np(status.value);
  return name != nullptr ? fmt::format("pppd died of SIG{}", name) : fmt::format("pppd died of signal {}", status.value);
}

bool is_crash(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGSYS:
    case SIGTRAP: return true;
    default: return false;
  }
}

struct Because {
  CallEnd reason;
  std::string line;
};

std::optional<Because> because(const Evidence& evidence, CallEnd reason, std::initializer_list<FactKind> kinds) {
  if (const auto* told = evidence.first_of(kinds)) return Because{reason, told->line};
  return std::nullopt;
}

// chat stops reading at its ABORT string, so that of "+CME ERROR: 16" only "ERROR" may be known. Without one it waits in vain, until
// its own time or the call's is over. Three wrong PINs lock the card, so we do not guess. If the script has not gone on after it
// sent a PIN, the PIN was refused. What a script hides is the PIN before a dial command, and a login's password after one.
std::optional<Because> pin_refused(const Evidence& e) {
  if (e.line_stands()) return std::nullopt;
  const bool hidden = e.line(HiddenSent) != nullptr && e.line(DialSent) == nullptr;
  const auto* told = e.first_of({ChatAborted, ChatTimedOut, ChatLoginFailed});
  if (told == nullptr) {
    // The modem has said something else meanwhile: it may have lost the network before it has looked at the PIN.
    if (e.first_of({ChatBusy, ChatNoCarrier, ChatNoDialtone, ChatNoAnswer, SimError}) != nullptr) return std::nullopt;
    if (e.line(PinSent) != nullptr) return Because{CallEnd::SimRefused, "the modem did not take the PIN"};
    if (hidden) return Because{CallEnd::SimRefused, "the modem did not take what the script hides, which may be the PIN"};
    return std::nullopt;
  }
  if (e.line(PinSent) != nullptr) return Because{CallEnd::SimRefused, "the modem refused the PIN: " + told->line};
  if (hidden && told->kind == ChatTimedOut)
    return Because{CallEnd::SimRefused, "the modem did not take what the script hides, which may be the PIN: " + told->line};
  if (e.line(HiddenSent) != nullptr && told->kind == ChatAborted && told->line.find("ERROR") != std::string::npos)
    return Because{CallEnd::SimRefused, "the modem refused what the script hides, which may be the PIN: " + told->line};
  return std::nullopt;
}

// chat -v: "expect (CONNECT)".
std::string awaited(const Evidence& e) {
  const auto* line = e.line(ChatExpects);
  return line == nullptr ? std::string() : ": " + *line;
}

// From the log alone, the strongest evidence first; nothing if the log does not tell.
std::optional<Because> from_log(const Evidence& e) {
  const CallEnd hung_up = e.was_up() ? CallEnd::CarrierLost : CallEnd::NoCarrier;
  const CallEnd terminated = e.was_up() ? CallEnd::PeerHungUp : CallEnd::NegotiationFailed;
  if (auto b = pin_refused(e)) return b;
  if (auto b = because(e, CallEnd::AuthFailed, {AuthFailed, PeerUnproven, ChatLoginFailed})) return b;
  if (auto b = because(e, CallEnd::NegotiationFailed, {AuthUnanswered})) return b;  // it refused nothing
  if (!e.line_stands()) {
    if (auto b = because(e, CallEnd::SimRefused, {SimError})) return b;
    if (auto b = because(e, CallEnd::NotRegistered, {NotRegistered})) return b;
    if (auto b = because(e, CallEnd::Busy, {ChatBusy})) return b;
    if (auto b = because(e, CallEnd::NoCarrier, {ChatNoCarrier})) return b;
    if (auto b = because(e, CallEnd::NoDialtone, {ChatNoDialtone})) return b;
    if (auto b = because(e, CallEnd::NoAnswer, {ChatNoAnswer, NobodyThere})) return b;
    if (auto b = because(e, CallEnd::ConnectFailed, {ChatAborted})) return b;
    if (auto b = because(e, CallEnd::Busy, {ModemBusy})) return b;
    if (auto b = because(e, CallEnd::NoDialtone, {ModemNoDialtone})) return b;
    if (auto b = because(e, CallEnd::NoAnswer, {ModemNoAnswer})) return b;
    if (auto b = because(e, CallEnd::NoCarrier, {ModemNoCarrier})) return b;
    if (auto b = because(e, CallEnd::NoAnswer, {ChatTimedOut}))
      return Because{CallEnd::NoAnswer, "the connect script waited without an answer" + awaited(e)};
  }
  if (auto b = because(e, CallEnd::PeerDead, {PeerDead})) return b;
  if (auto b = because(e, CallEnd::PeerHungUp, {LimitReached})) return b;
  if (const auto* told = e.first_of({PeerTerminated, LineHungUp, Loopback, NegotiationFailed})) {
    if (told->kind == PeerTerminated) return Because{terminated, told->line};
    if (told->kind == LineHungUp) return Because{hung_up, told->line};
    return Because{CallEnd::NegotiationFailed, told->line};
  }
  if (auto b = because(e, CallEnd::ConnectFailed, {ConnectFailed})) return b;
  return std::nullopt;
}

// From the exit code alone.
CallEnd from_code(int code, const Evidence& e) {
  switch (code) {
    case 0:  // established, and ended by the peer
      return e.was_up() ? CallEnd::PeerHungUp : CallEnd::Failed;
    case 2:  // options
    case 3:  // not root
      return CallEnd::ConfigError;
    case 5:  // a SIGTERM, SIGINT or SIGHUP that was not ours
      return CallEnd::Killed;
    case 6:  // the port could not be locked
    case 7:  // or opened
      return CallEnd::DeviceMissing;
    case 8:   // connect script
    case 9:   // pty command
    case 18:  // init script
      return CallEnd::ConnectFailed;
    case 10:  // no network protocol
    case 17:  // looped back
      return CallEnd::NegotiationFailed;
    case 11:  // the peer failed to authenticate itself
    case 19:  // we did
    case 21:  // the calling number was not authorized
      return CallEnd::AuthFailed;
    case 12:  // idle
    case 13:  // connect time
    case 20:  // traffic limit (maxoctets)
      return CallEnd::PeerHungUp;
    case 15: return CallEnd::PeerDead;
    case 16: return e.was_up() ? CallEnd::CarrierLost : CallEnd::NoCarrier;
    default:  // 1 fatal error, 4 no kernel support, 14 callback, and what later versions may add
      return CallEnd::Failed;
  }
}

CallGone told_by(CallEnd reason, const std::string* line, const ExitStatus& status) {
  if (line == nullptr || line->empty()) return {reason, how(status)};
  return {reason, fmt::format("{} ({})", *line, how(status))};
}

// Our side did not end the call.
CallGone by_itself(const ExitStatus& status, const Evidence& e) {
  if (status.kind == ExitStatus::Kind::Signalled) return {CallEnd::Killed, how(status)};
  const int code = status.value;
  // We trust these three only together with the exit code, because the far end could have printed their lines.
  const auto* device = e.line(DeviceUnusable);
  if (code == 6 || code == 7 || ((code == 1 || code == 2) && device != nullptr))
    return told_by(CallEnd::DeviceMissing, device, status);
  // `auth` without a secret of the peer's: pppd ends with 1 before it opens the line.
  const bool options = code == 1 && !e.line_stands() && e.line(OptionsRefused) != nullptr;
  if (options || code == 2 || code == 3) return told_by(CallEnd::ConfigError, e.line(OptionsRefused), status);
  if (code == 4) return told_by(CallEnd::Failed, e.line(NoKernelSupport), status);
  if (code == 5 && e.line(LineHungUp) == nullptr && e.line(Signalled) != nullptr)
    return told_by(CallEnd::Killed, e.line(Signalled), status);
  if (const auto b = from_log(e)) return told_by(b->reason, &b->line, status);
  if (const auto* line = e.line(InterfaceRefused); code == 1 && line != nullptr) return told_by(CallEnd::Failed, line, status);
  return told_by(from_code(code, e), &e.last_line(), status);
}

// Words for the stage, where the reason's name does not say it.
std::string staged(CallEnd reason, CallStage stage, std::string detail) {
  const bool says = reason == CallEnd::AuthFailed || stage != CallStage::authenticating;
  return says ? std::move(detail) : "while authenticating: " + std::move(detail);
}

CallGone reason_of(const ExitStatus& status, const Evidence& evidence, const Asked& asked) {
  if (status.kind == ExitStatus::Kind::Signalled && is_crash(status.value)) return {CallEnd::Crashed, how(status)};
  if (const auto* line = evidence.line(FatalSignal); line != nullptr && status == ExitStatus{ExitStatus::Kind::Exited, 127})
    return told_by(CallEnd::Crashed, line, status);

  const std::string killed = asked.killed ? ", killed because it did not end on SIGTERM" : "";
  if (asked.hangup) return {CallEnd::HungUp, asked.killed ? "as requested" + killed : how(status)};
  if (!asked.timed_out.empty()) {
    // pppd can hang after the peer has given a reason (a lost CHAP answer, an LCP that never closes). The peer's reason counts.
    if (const auto b = from_log(evidence)) return {b->reason, b->line + " (" + asked.timed_out + killed + ")"};
    return {CallEnd::TimedOut, asked.timed_out + killed};
  }
  return by_itself(status, evidence);
}

}  // namespace

CallGone exit_reason(const ExitStatus& status, const Evidence& evidence, const Asked& asked) {
  auto gone = reason_of(status, evidence, asked);
  if (gone.reason == CallEnd::HungUp) return gone;
  gone.stage = evidence.stage();
  gone.detail = staged(gone.reason, gone.stage, std::move(gone.detail));
  if (gone.reason == CallEnd::PeerDead && asked.echo_unanswered) gone.detail += kEchoAdvice;
  return gone;
}

}  // namespace ghost::ppp
