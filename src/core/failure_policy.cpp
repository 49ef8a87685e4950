// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/failure_policy.hpp"

#include <array>

namespace ghost::core {
namespace {
using enum CallEnd;

// clang-format off
constexpr std::array<FailurePolicy, 21> kPolicies{{
    {HungUp,            Remedy::none,   "ghostd asked for the end"},
    {Busy,              Remedy::time,   "the number is busy"},
    {NoCarrier,         Remedy::time,   "the modems did not connect"},
    {NoDialtone,        Remedy::time,   "there is no dial tone"},
    {NoAnswer,          Remedy::time,   "nobody answered"},
    {ConnectFailed,     Remedy::time,   "the connect script failed"},
    {AuthFailed,        Remedy::tries,  "the far end refused our name or secret, or we refused the far end's"},
    {NegotiationFailed, Remedy::time,   "LCP or IPCP found no agreement, or the far end did not answer to PAP"},
    {PeerDead,          Remedy::time,   "the far end did not answer LCP echoes"},
    {PeerHungUp,        Remedy::time,   "the far end ended the call, or a limit in the peer file did"},
    {CarrierLost,       Remedy::time,   "the line of an established call was lost"},
    {DeviceMissing,     Remedy::device, "the modem or interface is missing, or another program has locked it"},
    {ConfigError,       Remedy::file,   "pppd or ghost-supervisor refused what the link's files say"},
    {TimedOut,          Remedy::time,   "DialTimeout= or NegotiateTimeout= passed"},
    {Killed,            Remedy::time,   "another process killed pppd"},
    {Crashed,           Remedy::time,   "pppd crashed"},
    {SupervisorLost,    Remedy::time,   "ghost-supervisor could not be reached, or went away"},
    {AddressConflict,   Remedy::time,   "the far end chose an address that this host has already, or one for both ends"},
    {SimRefused,        Remedy::person, "the SIM card is missing, locked or broken, or its PIN is wrong"},
    {NotRegistered,     Remedy::time,   "the modem is registered in no network"},
    {Failed,            Remedy::time,   "another failure of pppd"},
}};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kPolicies.size(); ++i)
    if (static_cast<std::size_t>(kPolicies[i].end) != i) return false;
  return kPolicies.back().end == Failed;
}
static_assert(in_order(), "remedy_of() finds a row by its place");

}  // namespace

std::span<const FailurePolicy> failure_policies() { return kPolicies; }

std::string_view to_string(Remedy remedy) {
  switch (remedy) {
    case Remedy::none: return "nothing";
    case Remedy::time: return "time";
    case Remedy::tries: return "a few tries";
    case Remedy::device: return "the device";
    case Remedy::file: return "a mended file";
    case Remedy::person: return "a person";
  }
  return {};
}

std::string_view what_ghostd_does(Remedy remedy) {
  switch (remedy) {
    case Remedy::none: return "nothing; the next packet calls again";
    case Remedy::time:
      return "tries again after RedialDelay=, which grows up to RedialDelayMax=; "
             "RedialAttempts= failures in a row block the link";
    case Remedy::tries:
      return "tries again after RefusedDelay=; RefusedAttempts= refusals without success block the link, or take the peer out "
             "while Peer= names others; a reload gives another try";
    case Remedy::device:
      return "tries again when the device returns, and after RedialDelay=, which grows up to 30s; never blocks the link";
    case Remedy::file:
      return "blocks the link, or takes the peer out while Peer= names another; a reload, or ghostctl unblock, ends that";
    case Remedy::person:
      return "blocks the link; ghostctl unblock lifts the block, and so does a reload that changes Peer=, Device=, "
             "Speed=, Connect= or User=";
  }
  return {};
}

Remedy remedy_of(CallEnd end, CallStage stage, bool accepted) {
  const auto remedy = kPolicies[static_cast<std::size_t>(end)].remedy;
  if (remedy == Remedy::time && stage == CallStage::authenticating && !accepted) return Remedy::tries;
  if (end == CallEnd::AuthFailed && stage > CallStage::authenticating) return Remedy::time;
  return remedy;
}

}  // namespace ghost::core
