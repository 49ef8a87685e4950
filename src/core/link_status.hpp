// SPDX-License-Identifier: GPL-2.0-or-later
// A link as D-Bus properties and `ghostctl status` show it. It is made from the link after each step. If two in a row are equal,
// there is nothing to signal.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "core/appearance_status.hpp"
#include "core/drops.hpp"
#include "core/time.hpp"

namespace ghost::core {

// One of the peer files that Peer= names.
struct PeerStatus {
  std::string name;
  std::string out;  // the name of the CallEnd after which no more calls are made by it; empty: it takes its turns
  bool operator==(const PeerStatus&) const = default;
};

// Of [Recover].
struct RecoveryStatus {
  std::string step;    // the last: "hangup", "reset", "usb", "power"; empty: none since ghostd knows the link
  std::string result;  // "running", "done", "failed"
  std::string detail;  // one line for people, why it failed
  unsigned steps = 0;  // in the 24 hours before the last
  bool operator==(const RecoveryStatus&) const = default;
};

struct LinkStatus {
  std::string name;
  std::string description;
  std::string state;     // "down", "dialing", "up", "hanging-up", "waiting"
  bool blocked = false;  // the link makes no call, whatever asks for one
  Time since{};          // when this state began
  std::string reason;    // why the link is in this state: "trigger", "connect", "idle", "disconnect", a CallEnd's name, …
  std::string detail;    // one line for people about the reason; may be empty
  std::string trigger;   // what started the present or last call: "udp 192.0.0.2:5353 -> 9.9.9.9:53", "connect", …
  std::string peer;      // the peer file of the present or last call; empty: none, or not known
  std::vector<PeerStatus> peers;  // of Peer=, in its order; empty with Device=
  std::string interface;          // of the call while there is one: "ppp-isp"; else empty
  std::string demand_interface;   // "gd-isp"
  std::vector<IpAddress> stable_addresses;
  std::vector<IpAddress> local_addresses;   // of the PPP interface, while up; IPv4 first
  std::optional<IpAddress> remote_address;  // of the peer
  std::vector<IpAddress> dns;               // servers that the peer named
  std::uint64_t calls = 0;                  // pppd starts since ghostd knows the link
  std::uint64_t buffered_packets = 0;       // waiting now
  std::uint64_t buffered_bytes = 0;
  std::uint64_t replayed_packets = 0;   // waited, and went into a call's queue, since ghostd knows the link
  Drops drops;                          // packets that did not go on, by kind
  Stopped stopped;                      // packets that the nftables table stops by design
  std::uint64_t coalesced_packets = 0;  // TCP SYN retransmits of which one copy was kept
  std::uint64_t malformed_packets = 0;  // were read from the TUN and are not IP
  std::optional<Time> idle_deadline;    // while up: when ghostd next checks whether the link is idle
  std::optional<Time> redial_deadline;  // while waiting: when it may dial again
  unsigned failures = 0;                // failed calls in a row
  RecoveryStatus recovery;
  std::string front;     // the interface that carries in place of this standby link; empty: none
  std::string degraded;  // what other programs remove again and again, or cannot be restored
  AppearanceStatus appearance;
  bool operator==(const LinkStatus&) const = default;
};

}  // namespace ghost::core
