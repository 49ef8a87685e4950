// SPDX-License-Identifier: GPL-2.0-or-later
// Everything a link wants done. Effects never call back: where the machine must know the outcome, it comes as a later
// event that carries the call's serial.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/replay_buffer.hpp"

namespace ghost::core {

// To the supervisor: start or end the pppd of this call. News come as CallReport.
struct StartCall {
  CallSerial serial;
  bool operator==(const StartCall&) const = default;
};
struct EndCall {
  CallSerial serial;
  bool operator==(const EndCall&) const = default;
};

// ppp-<link> exists: its sysctls, before it is up.
struct PrepareInterface {
  bool operator==(const PrepareInterface&) const = default;
};

// Ask each of these a harmless question, from this address, again or for the first time. Answered by FarEndAnswered, if anybody
// answers. Of another address nobody is asked any more.
struct AskFarEnd {
  IpAddress local;
  std::vector<IpAddress> targets;
  bool operator==(const AskFarEnd&) const = default;
};
// The answer has come, or is not waited for any more.
struct StopAsking {
  bool in_vain = false;  // nobody has answered in time; the address counts all the same
  bool operator==(const StopAsking&) const = default;
};

// Switch the route, send these packets and what the TUN still holds ahead of everything that comes now. Answered by HandedOver.
struct Handover {
  CallSerial serial;
  Family family;
  std::vector<PacketBytes> packets;  // oldest first
  bool operator==(const Handover&) const = default;
};

// Packets that missed the handover: send them on through the call. Answered by SentOn.
struct Reinject {
  std::vector<PacketBytes> packets;  // in this order
  bool operator==(const Reinject&) const = default;
};

// Once the replay has left the PPP queue (or at once, if `force`), give it an ordinary queue. Answered by QueueReport.
struct SettleQueue {
  CallSerial serial;
  bool force = false;
  bool operator==(const SettleQueue&) const = default;
};

// Refuse this family's packets for the time of the call (an unreachable route), or stop refusing.
struct RefuseFamily {
  Family family;
  bool refuse = true;
  bool operator==(const RefuseFamily&) const = default;
};

// The call is about to be hung up in order: say good-bye through it. Answered by FarewellSaid.
struct SayFarewell {
  std::string reason;
  bool operator==(const SayFarewell&) const = default;
};

// All of the call's routes away; traffic goes to the demand interface again.
struct RouteBack {
  bool operator==(const RouteBack&) const = default;
};

// Has the PPP queue run dry? Answered by DrainReport.
struct CheckDrained {
  CallSerial serial;
  bool operator==(const CheckDrained&) const = default;
};

// How long does the kernel's idle timer still run? Answered by IdleReport.
struct AskIdle {
  CallSerial serial;
  bool operator==(const AskIdle&) const = default;
};

// The machine has lost this address: conntrack entries with it must not outlive it.
struct ForgetAddress {
  IpAddress address;
  bool operator==(const ForgetAddress&) const = default;
};

// Let the kernel refuse what would call (blocked), or let it in again.
struct SetBlocked {
  bool blocked = false;
  bool operator==(const SetBlocked&) const = default;
};

// The link's routes away: it gets others. Answered by PlaceGivenUp.
struct GiveUpPlace {
  bool operator==(const GiveUpPlace&) const = default;
};

// The link has another place by now, or none: the host's rules, routes and table are to be what the links need now. A link that has
// parted() is to be taken away.
struct PlaceChanged {
  bool operator==(const PlaceChanged&) const = default;
};

using Effect =
    std::variant<StartCall, EndCall, PrepareInterface, AskFarEnd, StopAsking, Handover, Reinject, SettleQueue, RefuseFamily,
                 SayFarewell, RouteBack, CheckDrained, AskIdle, ForgetAddress, SetBlocked, GiveUpPlace, PlaceChanged>;

}  // namespace ghost::core
