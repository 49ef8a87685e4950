// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers that mark everything ghostd leaves in the kernel's routing. They are the only
// memory that survives a kill -9: objects with route protocol 103 are ours, and no others.
#pragma once
#include <cstdint>

namespace ghost::net {

// rtm_protocol and FRA_PROTOCOL. 103 is 'g' in ASCII; it is not used in /etc/iproute2/rt_protos nor in
// rtnetlink.h.
inline constexpr std::uint8_t kProtocol = 103;

// Default routes are in their own table ("gd" in ASCII). So ghostd neither replaces another program's default
// route in main nor needs it to restore everything.
inline constexpr std::uint32_t kDefaultTable = 0x6764;
inline constexpr std::uint32_t kMainTable = 254;  // RT_TABLE_MAIN: for prefixes more specific than the default

// All our rules have one preference, the last before main's own (32766), so that all other programs' rules come first. The kernel
// asks equal preferences in the order in which they were added:
//   not from 255.255.255.255 lookup main suppress_prefixlength 0   main without its default routes: any more specific route
//                                 still wins. The selector is always true. Without it `wg-quick down` would delete the rule,
//                                 because it deletes all that print as "from all lookup main suppress_prefixlength 0"
//   from A lookup main            while main has a default route, for each address A of this host that no link uses: packets
//                                 with this source follow main
//   from S lookup 0x676400+n      for a standby link's stable address S, while its call is up: its conversations stay on it
//   lookup 26468                  our default routes
inline constexpr std::uint32_t kPreference = 32765;

// The table of a standby link's call when a better default route has come back: conversations with its address use this table.
constexpr std::uint32_t linger_table(unsigned link_index) { return 0x676400 + link_index; }

// The first band of the queue on a PPP interface, 1:1, as a socket's or packet's priority (tc-prio(8)). Its packets go ahead of
// everything that waits for the handover.
inline constexpr std::uint32_t kReplayPriority = 0x00010001;

}  // namespace ghost::net
