// SPDX-License-Identifier: GPL-2.0-or-later
// Why a call ended, by name. The names are part of the D-Bus interface and of ghostctl's output: add, never rename.
#pragma once
#include <optional>
#include <string_view>

namespace ghost::core {

enum class CallEnd {
  HungUp,             // we asked for it and it went in order
  Busy,               // chat: BUSY
  NoCarrier,          // chat: NO CARRIER, or the carrier was lost while dialling
  NoDialtone,         // chat: NO DIALTONE
  NoAnswer,           // chat: NO ANSWER, or nothing came until its time-out
  ConnectFailed,      // the connect script failed in some other way
  AuthFailed,         // the peer refused our name or secret, or we refused the peer's
  NegotiationFailed,  // LCP or IPCP came to no agreement
  PeerDead,           // no answer to LCP echoes
  PeerHungUp,         // the peer ended an established call (LCP TermReq), or its limits did
  CarrierLost,        // the line went away under an established call (SIGHUP, modem hangup)
  DeviceMissing,      // the tty does not exist, is locked by another, or vanished
  ConfigError,        // pppd refused its options; or the supervisor refused the link
  TimedOut,           // a deadline of ours passed and pppd was ended
  Killed,             // somebody else killed pppd
  Crashed,            // pppd died of SIGSEGV and the like
  SupervisorLost,     // the supervisor could not be reached or went away
  AddressConflict,    // the far end gave itself or us an address that somebody here has, or both ends the same
  Failed,             // anything pppd could not tell better (its exit code is in the detail)
};

std::string_view to_string(CallEnd reason);
std::optional<CallEnd> call_end_from_string(std::string_view name);

// Redialling cannot mend these: the link is blocked until somebody acts. Carriers lock out those who hammer.
bool needs_a_person(CallEnd reason);

}  // namespace ghost::core
