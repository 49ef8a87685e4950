// SPDX-License-Identifier: GPL-2.0-or-later
// A link as the outside sees it: what the D-Bus properties and `ghostctl status` show. Made from the machine after every
// step; two equal statuses mean there is nothing to signal.
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

struct LinkStatus {
  std::string name;
  std::string description;
  std::string state;             // "down", "dialing", "up", "hanging-up", "waiting"
  bool blocked = false;          // no call is made, whatever asks for it
  Time since{};                  // when this state began
  std::string reason;            // why this state: "trigger", "connect", "idle", "disconnect", a CallEnd's name, …
  std::string detail;            // a line for people about the reason; may be empty
  std::string trigger;           // what started the present or last call: "udp 192.0.0.2:5353 -> 9.9.9.9:53", "connect", …
  std::string interface;         // "ppp-<link>" while dialling and up, else empty
  std::string demand_interface;  // "gd-<link>"
  std::vector<IpAddress> stable_addresses;
  std::vector<IpAddress> local_addresses;   // of the PPP interface, while up; IPv4 first
  std::optional<IpAddress> remote_address;  // of the peer
  std::vector<IpAddress> dns;               // servers the peer named
  std::uint64_t calls = 0;                  // how often pppd was started since ghostd knows the link
  std::uint64_t buffered_packets = 0;       // waiting now
  std::uint64_t buffered_bytes = 0;
  std::uint64_t replayed_packets = 0;   // waited, and were taken by a call's queue, since ghostd knows the link
  Drops drops;                          // and those that were not, by kind
  Stopped stopped;                      // neither
  std::uint64_t coalesced_packets = 0;  // TCP SYN retransmits of which one copy was kept
  std::uint64_t malformed_packets = 0;  // came off the TUN and were not IP
  std::optional<Time> idle_deadline;    // while up: when the link is next looked at for idleness
  std::optional<Time> redial_deadline;  // while waiting: when it may dial again
  unsigned failures = 0;                // failed calls in a row
  std::string front;                    // who carries in place of a standby link; empty: the link itself
  std::string degraded;                 // what others take away again and again, or cannot be put back; empty: nothing
  AppearanceStatus appearance;
  bool operator==(const LinkStatus&) const = default;
};

}  // namespace ghost::core
