// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that can happen to a link. D-Bus, netlink, the supervisor, the TUN and the outcomes of effects all become these
// events. An event with a serial is about that call. The machine ignores events about a dead call.
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
#include "core/recovery_step.hpp"
#include "core/replay_buffer.hpp"

namespace ghost::core {

// ghostd has read packets from the demand interface, in this order.
struct PacketsArrived {
  std::vector<PacketBytes> packets;
  bool judged = true;  // false: the nftables table was gone when they came. Packets that it has not judged ask for no call.
};

// A person or a program asked. The bus has already checked that they may.
struct ConnectAsked {
  std::string by = "connect";    // "connect": a person; "appear": an appearance. The state's reason and the trigger
  std::optional<Duration> hold;  // how long the call is held at least, once it is up; nullopt: IdleTimeout=
  bool patient = false;          // in Waiting: dial when the delay is over, not at once
  bool lasts = true;             // false: AppearanceOver takes it back
};
// The appearance that asked for a call has ended. If the call is not up yet, nobody else may want it.
struct AppearanceOver {};
struct DisconnectAsked {};
struct BlockAsked {};
struct UnblockAsked {};  // lifts the bar of a LeaveAsked, too
// ghostd is about to be stopped. As DisconnectAsked, and the link makes no call until an UnblockAsked. If ghostd still runs after
// `patience`, the stop will not come, and the bar ends.
struct LeaveAsked {
  Duration patience = 1h;
};

// The machine is about to sleep. With Sleep=hangup the call is hung up in order, and the link makes none until Woke. If the machine
// does not sleep after all, and nobody says so, the bar ends after `patience`. systemd-logind waits for 5 s by default.
struct SleepAsked {
  Duration patience = 1min;
};
// The machine has slept, or the sleep was called off. A call that still stands may be dead: the provider does not wait.
struct Woke {
  bool slept = true;
};

// Whether the appearances must say good-bye through this call before it is hung up in order. It holds until the next such event
// or the call's end. SayFarewell asks for the good-bye, FarewellSaid answers. The call waits for it no longer than `patience`.
struct FarewellWanted {
  bool wanted = false;
  Duration patience{};
};
struct FarewellSaid {};

// ghostd's nftables table, which judges and translates packets, is gone from the kernel, or is back. While it is gone, no packet
// makes a call.
struct Impaired {
  bool impaired = false;
};

// A better default route carries new conversations (true), or no longer does (false).
struct StandsBehind {
  bool behind = false;
};

// A reload brought other settings for this link. If they give it another place (needs_another_place), the machine handles this as
// a PartAsked.
struct Reconfigured {
  LinkConfig config;
};
// A reload gives the link another place (other addresses, routes or metric), or removes it. Conversations survive neither, so the
// call is hung up in order, good-bye included. When pppd has exited, the link gives its place up, and the settings of the newest
// reload apply. Wishes and an appearance go on from another place. ghostd drops packets from a
// former address. If an earlier ghostd's call may exist, the link waits for Listed first.
struct PartAsked {
  std::optional<LinkConfig> then;  // none: the link is no longer configured, and makes no call
  bool operator==(const PartAsked&) const = default;
};
// The outcome of GiveUpPlace.
struct PlaceGivenUp {
  std::optional<std::string> refusal{};  // the kernel's words; nullopt: the routes are removed
};

// The supervisor's news about a call. In Unlisted and Down, a CallStarted with an unknown serial is about a call that an earlier
// ghostd began. The machine adopts this call.
struct CallReport {
  CallSerial serial;
  std::variant<CallStarted, CallAddress, CallGone> what;
};
// The device of the last call was missing, at its end or afterwards, and is there again. It comes no later than the next call.
struct DeviceReturned {};
// The supervisor has listed all calls that exist already, or ghostd no longer waits for it. Calls made from now on have serials
// after `newest`.
struct Listed {
  CallSerial newest = CallSerial::none;
};
// The connection to the supervisor broke, so no more news will come about any call.
struct SupervisorGone {};

// rtnetlink: ppp-<link> exists and is not up yet.
struct InterfaceAppeared {};
// rtnetlink: ppp-<link> is up and has this usable address, or has lost it. An IPv4 address counts once the far end takes packets.
// An IPv6 address counts at once, because the far end's router advertisement made it.
struct AddressAppeared {
  IpAddress local;
  std::optional<IpAddress> peer{};  // the far end, to be asked; none: ghostd asks nobody
};
struct AddressVanished {
  IpAddress local;
};
// The call has, or is about to get, an address that it must not have. The detail names the address and its owner
// (net/address_conflict.hpp).
struct AddressConflicts {
  std::string detail;
};

// The far end has answered a question that AskFarEnd sent from this address.
struct FarEndAnswered {
  IpAddress local;
};

// The outcomes of effects.
struct SentOn {                 // of Reinject, and of Handover in part
  std::uint64_t replayed = 0;   // packets that the call's queue took
  Drops drops;                  // packets that went nowhere
  std::uint64_t coalesced = 0;  // retransmits of a TCP SYN that was sent on already
};
struct HandedOver {
  CallSerial serial;
  Family family;
  SentOn sent;                       // packets that came late included
  std::optional<std::string> error;  // nullopt: it succeeded
  std::vector<PacketBytes> kept{};   // not tried because of the error: they wait for the next call
};
struct QueueReport {  // of SettleQueue
  CallSerial serial;
  bool normal = false;  // the replay has left, and the queue is ordinary now
};
struct DrainReport {  // of CheckDrained
  CallSerial serial;
  bool empty = false;
};
struct IdleReport {  // of AskIdle
  CallSerial serial;
  std::optional<Duration> remaining;  // until the kernel's timer for this link runs out; 0: it has run out; nullopt: not known
};

struct ReceivedReport {  // of AskReceived
  CallSerial serial;
  std::optional<std::uint32_t> packets;  // that came by the call's interface so far; nullopt: not known
};

// The time of deadline() has come.
struct DeadlinePassed {};

using Event = std::variant<PacketsArrived, ConnectAsked, AppearanceOver, DisconnectAsked, BlockAsked, UnblockAsked, LeaveAsked,
                           SleepAsked, Woke, FarewellWanted, FarewellSaid, Impaired, StandsBehind, Reconfigured, PartAsked,
                           PlaceGivenUp, CallReport, DeviceReturned, RecoveryReport, Listed, SupervisorGone, InterfaceAppeared,
                           AddressAppeared, AddressVanished, AddressConflicts, FarEndAnswered, SentOn, HandedOver, QueueReport,
                           DrainReport, IdleReport, ReceivedReport, DeadlinePassed>;

}  // namespace ghost::core
