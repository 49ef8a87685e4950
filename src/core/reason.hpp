// SPDX-License-Identifier: GPL-2.0-or-later
// Why a call ended, by name, and how far it had come. The names of reasons are part of the D-Bus interface and of ghostctl's
// output. Add names, never rename them. What can heal each of them is in failure_policy.hpp.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace ghost::core {

enum class CallEnd {
  HungUp,             // ghostd asked for it, and pppd ended in order
  Busy,               // chat: BUSY
  NoCarrier,          // chat: NO CARRIER, or the carrier was lost while dialling
  NoDialtone,         // chat: NO DIALTONE
  NoAnswer,           // chat: NO ANSWER, or its time-out passed without a word
  ConnectFailed,      // the connect script failed in another way
  AuthFailed,         // the peer refused our name or secret, or pppd refused the peer's
  NegotiationFailed,  // LCP or IPCP found no agreement
  PeerDead,           // no answer to LCP echoes
  PeerHungUp,         // the peer ended an established call (LCP TermReq), or a limit of its did
  CarrierLost,        // the line of an established call went away (SIGHUP, modem hangup)
  DeviceMissing,      // the tty does not exist, is locked by another, or vanished
  ConfigError,        // pppd refused its options, or ghost-supervisor refused the link
  TimedOut,           // a deadline of ghostd or ghost-supervisor passed, so pppd was ended
  Killed,             // another process killed pppd
  Crashed,            // pppd died of SIGSEGV and the like
  SupervisorLost,     // ghost-supervisor could not be reached, or went away
  AddressConflict,    // the far end chose an address that this host already has, or the same for both ends
  SimRefused,         // the modem reports that the SIM card is missing, locked or broken, or that its PIN is wrong
  NotRegistered,      // the modem reports that it is in no network (+CREG and its like)
  Failed,             // any other failure (the detail has pppd's exit code)
};

std::string_view to_string(CallEnd reason);
std::optional<CallEnd> call_end_from_string(std::string_view name);

// How far a call had come when it ended, as pppd's log shows it.
enum class CallStage : std::uint8_t {
  unknown,         // nobody has told
  connecting,      // the connect script, or PPPoE discovery
  negotiating,     // LCP
  authenticating,  // LCP was agreed, and the far end had not accepted us yet
  addressing,      // the far end had accepted us; IPCP or IPv6CP
  running,         // there was an address
};

std::string_view to_string(CallStage stage);
std::optional<CallStage> call_stage_from_string(std::string_view name);

}  // namespace ghost::core
