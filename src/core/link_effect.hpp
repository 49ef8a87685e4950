// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that a link wants done. Effects never call back. If the machine must know the outcome, a later event reports it,
// with the call's serial.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/recovery_step.hpp"
#include "core/replay_buffer.hpp"

namespace ghost::core {

// To ghost-supervisor: start or end the pppd of this call. It answers by CallReports.
struct StartCall {
  CallSerial serial;
  std::string peer{};  // the peer file to call by; empty: the link has only one, or Device=
  bool operator==(const StartCall&) const = default;
};
struct EndCall {
  CallSerial serial;
  bool operator==(const EndCall&) const = default;
};

// To ghost-supervisor: take this step of [Recover], because this call has failed and no other is made meanwhile. Answered by
// RecoveryReports.
struct Recover {
  CallSerial after;
  RecoveryStep step;
  std::string peer{};  // as StartCall had it
  bool operator==(const Recover&) const = default;
};

// ppp-<link> exists and is not up yet: set its sysctls and its queue.
struct PrepareInterface {
  bool operator==(const PrepareInterface&) const = default;
};

// Send each of these targets a harmless question, from this address, again or for the first time. Answered by FarEndAnswered, if
// a target answers. Questions from another address are no longer asked.
struct AskFarEnd {
  IpAddress local;
  std::vector<IpAddress> targets;
  bool operator==(const AskFarEnd&) const = default;
};
// The answer has come, or the machine no longer waits for it.
struct StopAsking {
  bool in_vain = false;  // no target has answered in time; the address counts all the same
  bool operator==(const StopAsking&) const = default;
};

// Switch the route. Send these packets and the rest of the TUN's content ahead of all new packets. Answered by HandedOver.
struct Handover {
  CallSerial serial;
  Family family;
  std::vector<PacketBytes> packets;  // oldest first
  bool operator==(const Handover&) const = default;
};

// Send these packets through the call, because they missed the handover. Answered by SentOn.
struct Reinject {
  std::vector<PacketBytes> packets;  // in this order
  bool operator==(const Reinject&) const = default;
};

// If the replay has left the PPP queue, or if `force`, replace it by an ordinary queue. Answered by QueueReport.
struct SettleQueue {
  CallSerial serial;
  bool force = false;
  bool operator==(const SettleQueue&) const = default;
};

// Refuse this family's packets during the call, by an unreachable route, or stop refusing them.
struct RefuseFamily {
  Family family;
  bool refuse = true;
  bool operator==(const RefuseFamily&) const = default;
};

// Say good-bye through the call, because it is about to be hung up in order. Answered by FarewellSaid.
struct SayFarewell {
  std::string reason;
  bool moves = false;  // a reload moves the link, which may call again from its new place
  bool operator==(const SayFarewell&) const = default;
};

// Remove all of the call's routes, so that traffic goes to the demand interface again.
struct RouteBack {
  std::optional<Family> family{};  // nullopt: both
  bool operator==(const RouteBack&) const = default;
};

// Look whether the PPP queue has run dry. Answered by DrainReport.
struct CheckDrained {
  CallSerial serial;
  bool operator==(const CheckDrained&) const = default;
};

// Ask how long the kernel's idle timer still runs. Answered by IdleReport.
struct AskIdle {
  CallSerial serial;
  bool operator==(const AskIdle&) const = default;
};

// Ask how many packets have come by the call's interface. Answered by ReceivedReport.
struct AskReceived {
  CallSerial serial;
  bool operator==(const AskReceived&) const = default;
};

// Delete the conntrack entries of this address, because the host has lost it.
struct ForgetAddress {
  IpAddress address;
  bool operator==(const ForgetAddress&) const = default;
};

// Have the kernel refuse packets that would call (blocked), or let them in again.
struct SetBlocked {
  bool blocked = false;
  bool operator==(const SetBlocked&) const = default;
};

// Remove the link's routes, because it gets others or none. It has no call. Answered by PlaceGivenUp.
struct GiveUpPlace {
  bool operator==(const GiveUpPlace&) const = default;
};

// The link has another place now, or it has parted(). Make the host's rules, routes and table what the links need now, and remove
// a link that has parted().
struct PlaceChanged {
  bool operator==(const PlaceChanged&) const = default;
};

using Effect = std::variant<StartCall, EndCall, Recover, PrepareInterface, AskFarEnd, StopAsking, Handover, Reinject, SettleQueue,
                            RefuseFamily, SayFarewell, RouteBack, CheckDrained, AskIdle, AskReceived, ForgetAddress, SetBlocked,
                            GiveUpPlace, PlaceChanged>;

}  // namespace ghost::core
