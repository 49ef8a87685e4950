// SPDX-License-Identifier: GPL-2.0-or-later
// One log line of pppd(8), its pppoe plugin or chat(8) → the fact in it, if there is one. The strings are those of ppp
// 2.4.9 and 2.5; chat must run with -v and -s. Total: any bytes are a line.
#pragma once
#include <optional>
#include <string_view>

#include "base/address.hpp"

namespace ghost::ppp {

enum class FactKind {
  // The way up.
  SerialUp,       // the connect script is done
  LinkUp,         // the PPP interface is bound to the line; LCP begins
  AuthSucceeded,  // the peer took our name and secret
  LocalAddress,   // IPCP or IPv6CP is up; carries `address`, as do the next two
  RemoteAddress,
  DnsServer,
  // Lines of chat and the modem. Valid only until SerialUp.
  ChatBusy,
  ChatNoCarrier,
  ChatNoDialtone,
  ChatNoAnswer,
  ChatLoginFailed,  // ABORT "Login incorrect" and its like
  ChatAborted,      // any other ABORT string
  PinSent,          // chat has sent the SIM card's PIN (AT+CPIN=)
  HiddenSent,       // chat has sent something that its script hides (\q): a password, or the PIN
  DialSent,         // chat has sent a dial command
  OtherSent,        // chat has sent something else
  Registered,       // +CREG, +CGREG or +CEREG: the modem is in a network
  NotRegistered,    // the same: it is in none (27.007, 7.2)
  ChatExpects,      // chat waits for this
  SimError,         // the modem has reported an error of the SIM card (3GPP TS 27.007, +CME ERROR: 10 to 18)
  ModemBusy,        // the same words as a plain line, from scripts that do not ABORT on them
  ModemNoCarrier,
  ModemNoDialtone,
  ModemNoAnswer,
  ChatTimedOut,
  ConnectFailed,
  NobodyThere,  // PPPoE: no access concentrator answered
  // Lines about the end of a call.
  AuthFailed,      // the peer refused our name or secret
  AuthUnanswered,  // the peer did not answer them
  PeerUnproven,    // `auth` in pppd's files: the peer did not prove who it is
  PeerDead,
  PeerTerminated,
  LineHungUp,
  Loopback,
  NegotiationFailed,
  DeviceUnusable,
  OptionsRefused,
  NoKernelSupport,
  InterfaceRefused,  // ppp 2.5: the interface could not be made under its name
  LimitReached,
  FatalSignal,
  Signalled,  // pppd took a SIGTERM or SIGINT
};

struct LogFact {
  FactKind kind{};
  std::optional<IpAddress> address;  // of LocalAddress, RemoteAddress and DnsServer
  bool operator==(const LogFact&) const = default;
};

std::optional<LogFact> log_fact(std::string_view line);

}  // namespace ghost::ppp
