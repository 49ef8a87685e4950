// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/log_facts.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace ghost::ppp {
namespace {

struct Rule {
  std::string_view text;
  FactKind kind;
};

// Matched at the beginning of the line.
constexpr std::array kBeginnings{
    Rule{"Serial connection established.", FactKind::SerialUp},
    Rule{"Connect: ", FactKind::LinkUp},
    Rule{"PAP authentication succeeded", FactKind::AuthSucceeded},
    Rule{"CHAP authentication succeeded", FactKind::AuthSucceeded},
    Rule{"EAP authentication succeeded", FactKind::AuthSucceeded},
    // They failed us, or we have nothing to show them.
    Rule{"PAP authentication failed", FactKind::AuthFailed},
    Rule{"CHAP authentication failed", FactKind::AuthFailed},
    Rule{"EAP authentication failed", FactKind::AuthFailed},
    Rule{"EAP: peer reports authentication failure", FactKind::AuthFailed},
    Rule{"Failed to authenticate ourselves to peer", FactKind::AuthFailed},
    Rule{"No CHAP secret found for authenticating us", FactKind::AuthFailed},
    Rule{"No secret found for PAP login", FactKind::AuthFailed},
    Rule{"No auth is possible", FactKind::AuthFailed},
    Rule{"peer doesn't want to authenticate us with", FactKind::AuthFailed},
    Rule{"No response to PAP authenticate-requests", FactKind::AuthUnanswered},
    // We failed them.
    Rule{"peer refused to authenticate", FactKind::PeerUnproven},
    Rule{"CHAP authentication timed out", FactKind::PeerUnproven},
    Rule{"PAP peer authentication failed", FactKind::PeerUnproven},
    Rule{"PAP authentication of peer failed", FactKind::PeerUnproven},
    Rule{"Authentication failed", FactKind::PeerUnproven},
    Rule{"Peer is not authorized to use remote address", FactKind::PeerUnproven},

    Rule{"Serial link appears to be disconnected.", FactKind::PeerDead},
    Rule{"Modem hangup", FactKind::LineHungUp},
    Rule{"Hangup (SIGHUP)", FactKind::LineHungUp},
    Rule{"Serial line is looped back.", FactKind::Loopback},
    Rule{"Loopback detected", FactKind::Loopback},
    Rule{"Could not determine local", FactKind::NegotiationFailed},
    Rule{"Could not determine remote LL", FactKind::NegotiationFailed},
    Rule{"Peer refused to agree to our", FactKind::NegotiationFailed},
    Rule{"Peer refused to agree to his", FactKind::NegotiationFailed},  // ppp 2.5
    Rule{"Unauthorized remote IP address", FactKind::NegotiationFailed},
    Rule{"No network protocols running", FactKind::NegotiationFailed},
    Rule{"Interface configuration failed", FactKind::NegotiationFailed},
    Rule{"Peer not responding", FactKind::NegotiationFailed},
    Rule{"MPPE required but", FactKind::NegotiationFailed},
    Rule{"Failed to open ", FactKind::DeviceUnusable},
    Rule{"Can't create lock file", FactKind::DeviceUnusable},
    Rule{"Terminating connection due to lack of activity.", FactKind::LimitReached},
    Rule{"Connect time expired", FactKind::LimitReached},
    Rule{"Traffic limit reached", FactKind::LimitReached},
    Rule{"Fatal signal ", FactKind::FatalSignal},
    Rule{"Terminating on signal ", FactKind::Signalled},
    Rule{"Sorry - this system lacks PPP kernel support", FactKind::NoKernelSupport},
    Rule{"Couldn't open the /dev/ppp device", FactKind::NoKernelSupport},
    Rule{"This system lacks kernel support for PPP", FactKind::NoKernelSupport},
    Rule{"Couldn't create ppp interface ", FactKind::InterfaceRefused},
    Rule{"Timeout waiting for PADO packets", FactKind::NobodyThere},
    Rule{"Timeout waiting for PADS packets", FactKind::NobodyThere},
    Rule{"Unable to complete PPPoE Discovery", FactKind::NobodyThere},
    Rule{"Connect script failed", FactKind::ConnectFailed},
    Rule{"The remote system", FactKind::OptionsRefused},  // "… is required to authenticate itself": `auth`, and no secret
    Rule{"Can't open options file", FactKind::OptionsRefused},
    Rule{"In file ", FactKind::OptionsRefused},
    Rule{"using the ", FactKind::OptionsRefused},  // "… option requires root privilege"
    Rule{"Couldn't load plugin", FactKind::OptionsRefused},
    Rule{"too few parameters for option", FactKind::OptionsRefused},
    Rule{"invalid numeric parameter", FactKind::OptionsRefused},
};

// A modem's own words, alone on a line (ITU-T V.250).
constexpr std::array kModem{
    Rule{"BUSY", FactKind::ModemBusy},
    Rule{"NO CARRIER", FactKind::ModemNoCarrier},
    Rule{"NO DIALTONE", FactKind::ModemNoDialtone},
    Rule{"NO DIAL TONE", FactKind::ModemNoDialtone},
    Rule{"NO ANSWER", FactKind::ModemNoAnswer},
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  while (!text.empty() && kSpace.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kSpace.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  while (text.ends_with("^M")) text.remove_suffix(2);
  return text;
}

// Errors in options come before any log is open, with argv[0] in front: "/usr/sbin/pppd: unrecognized option 'x'".
std::string_view without_program(std::string_view line) {
  const auto colon = line.find(": ");
  if (colon != std::string_view::npos && line.substr(0, colon).ends_with("pppd")) line.remove_prefix(colon + 2);
  return line;
}

std::optional<LogFact> just(FactKind kind) { return LogFact{kind, std::nullopt}; }

std::optional<LogFact> addressed(std::string_view line, std::string_view head, FactKind kind) {
  if (!line.starts_with(head)) return std::nullopt;
  const auto address = IpAddress::parse(trimmed(line.substr(head.size())));
  if (!address) return std::nullopt;
  return LogFact{kind, address};
}

constexpr std::string_view kCmeError = "+CME ERROR: ";

// By number and in words (AT+CMEE=1, =2). Not 14, "SIM busy": a modem that was just switched on says so, and a later try succeeds.
constexpr std::array<std::string_view, 16> kSimErrors{"10",
                                                      "11",
                                                      "12",
                                                      "13",
                                                      "15",
                                                      "16",
                                                      "17",
                                                      "18",
                                                      "SIM not inserted",
                                                      "SIM PIN required",
                                                      "SIM PUK required",
                                                      "SIM failure",
                                                      "SIM wrong",
                                                      "incorrect password",
                                                      "SIM PIN2 required",
                                                      "SIM PUK2 required"};

bool sim_error(std::string_view text) {
  const auto at = text.find(kCmeError);
  if (at == std::string_view::npos) return false;
  auto error = text.substr(at + kCmeError.size());
  while (error.ends_with(')') || error.ends_with(' ')) error.remove_suffix(1);
  return std::find(kSimErrors.begin(), kSimErrors.end(), error) != kSimErrors.end();
}

// "+CREG: 0,2", "+CEREG: 0,3,"00A1"", or "+CREG: 2" without being asked. 1, 5 and the like mean that it is in a network.
std::optional<LogFact> registration(std::string_view text) {
  for (const auto* head : {"+CREG: ", "+CGREG: ", "+CEREG: ", "+C5GREG: "}) {
    const auto at = text.find(head);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(at + std::string_view(head).size());
    // After an answer's first comma. Location and cell follow only behind that.
    if (text.size() > 2 && text[1] == ',' && text[2] >= '0' && text[2] <= '9') text.remove_prefix(2);
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    const bool none = contains("0234", text.substr(0, 1)) && (text.size() == 1 || text[1] < '0' || text[1] > '9');
    return just(none ? FactKind::NotRegistered : FactKind::Registered);
  }
  return std::nullopt;
}

// chat: "Failed (NO CARRIER)": the ABORT string that was seen.
std::optional<LogFact> chat_failure(std::string_view why) {
  const bool words = !why.empty() && (why.front() < '0' || why.front() > '9');
  if (sim_error(why) || (words && std::find(kSimErrors.begin(), kSimErrors.end(), why) != kSimErrors.end()))
    return just(FactKind::SimError);
  if (const auto fact = registration(why); fact && fact->kind == FactKind::NotRegistered) return fact;
  if (contains(why, "BUSY")) return just(FactKind::ChatBusy);
  if (contains(why, "NO CARRIER")) return just(FactKind::ChatNoCarrier);
  if (contains(why, "NO DIAL")) return just(FactKind::ChatNoDialtone);
  if (contains(why, "NO ANSWER")) return just(FactKind::ChatNoAnswer);
  if (contains(why, "ncorrect") || contains(why, "nvalid") || contains(why, "ogin fail") || contains(why, "denied"))
    return just(FactKind::ChatLoginFailed);
  return just(FactKind::ChatAborted);
}

// chat -v: "send (AT+CPIN=1234^M)", "send (\dATE0+CPIN=1234^M)"; "send (??????)" for what a script hides by \q.
std::optional<LogFact> chat_sent(std::string_view what) {
  if (what.starts_with("??????")) return just(FactKind::HiddenSent);
  std::string upper(what);
  for (auto& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (contains(upper, "+CPIN=")) return just(FactKind::PinSent);
  return just(contains(upper, "ATD") ? FactKind::DialSent : FactKind::OtherSent);
}

}  // namespace

std::optional<LogFact> log_fact(std::string_view raw) {
  const auto line = without_program(trimmed(raw));
  if (line.empty()) return std::nullopt;
  if (line.starts_with("Failed (") && line.ends_with(")")) return chat_failure(line.substr(8, line.size() - 9));
  if (line.starts_with("send (")) return chat_sent(line.substr(6));
  if (line.starts_with("expect (")) return just(FactKind::ChatExpects);
  if (sim_error(line)) return just(FactKind::SimError);
  if (const auto fact = registration(line); fact && line.starts_with('+')) return fact;
  // chat has no word for its time-out. It also logs "alarm" when a script is going to try again.
  if (line == "Failed") return just(FactKind::ChatTimedOut);
  for (const auto& [word, kind] : kModem)
    if (line == word) return just(kind);

  for (const auto* head : {"local  IP address ", "local  LL address "})
    if (auto fact = addressed(line, head, FactKind::LocalAddress)) return fact;
  for (const auto* head : {"remote IP address ", "remote LL address "})
    if (auto fact = addressed(line, head, FactKind::RemoteAddress)) return fact;
  for (const auto* head : {"primary   DNS address ", "secondary DNS address "})
    if (auto fact = addressed(line, head, FactKind::DnsServer)) return fact;

  // "LCP terminated by peer (why)": a peer that does not like our secret may say so only here.
  if (line.starts_with("LCP terminated by peer"))
    return just(contains(line, "uthentication") ? FactKind::AuthFailed : FactKind::PeerTerminated);
  if (line.ends_with(": timeout sending Config-Requests")) {
    // CCP and the like may fail without harm; without LCP or a network protocol there is no call.
    if (line.starts_with("LCP:") || line.starts_with("IPCP:")) return just(FactKind::NegotiationFailed);
    return std::nullopt;
  }
  if (line.starts_with("No response to ") && line.ends_with(" echo-requests")) return just(FactKind::PeerDead);
  if (contains(line, " is locked by pid ")) return just(FactKind::DeviceUnusable);
  // 2.5 ends with this; 2.4.9 warns and goes on.
  if (line.starts_with("speed ") && line.ends_with(" not supported")) return just(FactKind::DeviceUnusable);
  if (contains(line, "unrecognized option '")) {
    // pppd's words for a tty that does not exist, and for an Ethernet interface that the pppoe plugin does not find.
    const bool device = contains(line, "unrecognized option '/") || contains(line, "unrecognized option 'nic-");
    return just(device ? FactKind::DeviceUnusable : FactKind::OptionsRefused);
  }
  for (const auto& [text, kind] : kBeginnings)
    if (line.starts_with(text)) return just(kind);
  if (line.starts_with("Peer ") && contains(line, "failed CHAP")) return just(FactKind::PeerUnproven);
  return std::nullopt;
}

}  // namespace ghost::ppp
