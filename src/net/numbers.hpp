// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers by which everything ghostd leaves in the kernel's routing is known again. They are the only
// memory that survives a kill -9: whatever carries route protocol 103 is ours, and nothing else is.
#pragma once
#include <cstdint>

namespace ghost::net {

// rtm_protocol and FRA_PROTOCOL. 103 is 'g' in ASCII; it is not used in /etc/iproute2/rt_protos nor in
// rtnetlink.h.
inline constexpr std::uint8_t kProtocol = 103;

// Default routes live in a table of their own ("gd" in ASCII), so that a default route somebody else keeps in
// main is neither replaced nor needed for giving everything back.
inline constexpr std::uint32_t kDefaultTable = 0x6764;
inline constexpr std::uint32_t kMainTable =
    254;  // RT_TABLE_MAIN: for prefixes more specific than the default

// All our rules have one preference, the last before main's own (32766), so that whatever rules others have come first. Equal
// preferences are asked in the order in which they were added:
//   not from 255.255.255.255 lookup main suppress_prefixlength 0   main without its default routes: a more specific route of
//                                 anybody's still wins. The selector is always true; for want of it `wg-quick down` would take
//                                 the rule away, which deletes all that print as "from all lookup main suppress_prefixlength 0"
//   from A lookup main            for each address A of an interface by which main has a default route: who has chosen it is
//                                 not ours to lead
//   from S lookup 0x676400+n      for a standby link's stable address S, while its call is up: conversations keep their way
//   lookup 26468                  our default routes
inline constexpr std::uint32_t kPreference = 32765;

// Where a standby link's call leads when a better default route has come back: conversations that have its address go by this table.
constexpr std::uint32_t linger_table(unsigned link_index) { return 0x676400 + link_index; }

// The first band of the queue on a PPP interface, 1:1, as a socket's or packet's priority (tc-prio(8)): what goes ahead of
// everything that waits for the handover.
inline constexpr std::uint32_t kReplayPriority = 0x00010001;

}  // namespace ghost::net
