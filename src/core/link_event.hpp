// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that can happen to a link. D-Bus, netlink, the supervisor, the TUN and the outcomes of effects all end here.
// What carries a serial is news of that call; news of a dead call is ignored.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/call_news.hpp"
#include "core/config.hpp"
#include "core/drops.hpp"
#include "core/replay_buffer.hpp"

namespace ghost::core {

// Frames were read from the demand interface, in this order.
struct PacketsArrived {
  std::vector<PacketBytes> packets;
  bool judged = true;  // false: the table was gone while they came. What nobody has judged asks for no call.
};

// A person or a program asked. Whether they may has been decided before.
struct ConnectAsked {
  std::string by = "connect";    // a person ("connect"), an appearance ("appear"): the state's reason and the trigger
  std::optional<Duration> hold;  // the call is held at least so long once it is up; default: IdleTimeout=
  bool patient = false;          // in Waiting: when the link may dial again, and not at once
};
struct DisconnectAsked {};
struct BlockAsked {};
struct UnblockAsked {};  // lifts a LeaveAsked, too
// ghostd is about to be stopped: as DisconnectAsked, and from now on nothing makes a call, until an UnblockAsked. A stop that has
// not come within an hour does not come any more: then the bar ends.
struct LeaveAsked {};

// From now on (until it is said again, or the call ends) somebody must say good-bye through the call before it is hung up in
// order: SayFarewell asks for it, FarewellSaid is the answer, and nobody is waited for longer than `patience`.
struct FarewellWanted {
  bool wanted = false;
  Duration patience{};
};
struct FarewellSaid {};

// What judges and translates packets is gone from the kernel, or is back: meanwhile no packet makes a call.
struct Impaired {
  bool impaired = false;
};

// A better default route carries what is new (true), or does no more.
struct StandsBehind {
  bool behind = false;
};

// A reload brought other settings for this link. Where they give it another place (needs_another_place), a PartAsked is made of it.
struct Reconfigured {
  LinkConfig config;
};
// A reload gives the link another place (other addresses or routes), or takes it away. Its conversations outlive neither, so its
// call is hung up in order, good-bye included. Then comes what a later reload has not replaced.
struct PartAsked {
  std::optional<LinkConfig> then;  // none: the link is configured no more, and makes no call
  bool operator==(const PartAsked&) const = default;
};
// Outcome of GiveUpPlace.
struct PlaceGivenUp {};

// The supervisor's word about a call. In Unlisted and Down a CallStarted with a serial not seen before is a call that an earlier
// ghostd began: it is adopted.
struct CallReport {
  CallSerial serial;
  std::variant<CallStarted, CallAddress, CallGone> what;
};
// The supervisor has told of all calls that live already, or is not waited for any longer. Calls that are made from now on have
// serials after `newest`.
struct Listed {
  CallSerial newest = CallSerial::none;
};
// The connection to the supervisor broke: no news will come of any call.
struct SupervisorGone {};

// rtnetlink: ppp-<link> exists and is not up yet.
struct InterfaceAppeared {};
// rtnetlink: ppp-<link> is up and has a usable address of this family / has lost it. An IPv4 address counts once its far end takes
// packets; over IPv6 the far end has spoken already, because its router advertisement made the address.
struct AddressAppeared {
  IpAddress local;
  std::optional<IpAddress> peer{};  // whom to ask; none: nobody
};
struct AddressVanished {
  IpAddress local;
};
// The call has, or is about to get, an address that it must not have; the detail names it and whose it is
// (net/address_conflict.hpp).
struct AddressConflicts {
  std::string detail;
};

// The far end has answered a question that AskFarEnd sent from this address.
struct FarEndAnswered {
  IpAddress local;
};

// Outcomes of effects.
struct SentOn {                // of Reinject, and a part of what Handover does
  std::uint64_t replayed = 0;  // packets that the call's queue took
  Drops drops;                 // and those that went nowhere
};
struct HandedOver {
  CallSerial serial;
  Family family;
  SentOn sent;                      // late packets included
  std::string error;                // empty: it went well
  std::vector<PacketBytes> kept{};  // what could not even be tried then: it waits for the next call
};
struct QueueReport {  // of SettleQueue
  CallSerial serial;
  bool normal = false;  // the replay has left; the queue is an ordinary one now
};
struct DrainReport {  // of CheckDrained
  CallSerial serial;
  bool empty = false;
};
struct IdleReport {  // of AskIdle
  CallSerial serial;
  std::optional<Duration> remaining;  // until the kernel's timer for this link runs out; 0: it has; nullopt: nobody knows
};

// The time that deadline() named has come.
struct DeadlinePassed {};

using Event = std::variant<PacketsArrived, ConnectAsked, DisconnectAsked, BlockAsked, UnblockAsked, LeaveAsked, FarewellWanted,
                           FarewellSaid, Impaired, StandsBehind, Reconfigured, PartAsked, PlaceGivenUp, CallReport, Listed,
                           SupervisorGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, FarEndAnswered,
                           SentOn, HandedOver, QueueReport, DrainReport, IdleReport, DeadlinePassed>;

}  // namespace ghost::core
