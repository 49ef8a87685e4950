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

// How many links can have a place of their own in the preferences and tables below.
inline constexpr unsigned kLinksMax = 700;

// Where what was buffered while dialling is sent on to: a table a link, looked at only by packets that come
// *out of* the link's demand interface. The routes that everybody uses still lead into it at that moment.
constexpr std::uint32_t replay_table(unsigned link_index) { return 0x676400 + link_index; }

// Rule preferences; a lower one is asked first, main is at 32766. The order is the point:
//   32000+n  iif gd-<link>: the replay; before the others, or it would go round in a circle
//   32764    main without its default routes (suppress_prefixlength 0): a more specific route of anybody's
//   still wins 32765    our default routes, before main's
// Rules with a preference below 32000 (VPNs, policy routing) stay in front of all of ours.
constexpr std::uint32_t replay_preference(unsigned link_index) { return 32000 + link_index; }
inline constexpr std::uint32_t kMainButDefaultPreference = 32764;
inline constexpr std::uint32_t kDefaultTablePreference = 32765;
static_assert(replay_preference(kLinksMax) < kMainButDefaultPreference);

// The route into the demand interface is always there; a call adds one in front of it. rank orders the links
// among each other (0 is the best), so that of two links that are up the better one carries. Never 0: IPv6
// reads that as 1024.
constexpr std::uint32_t call_metric(unsigned rank) { return 1 + rank; }
constexpr std::uint32_t demand_metric(unsigned rank) { return 1000 + rank; }
static_assert(call_metric(kLinksMax) < demand_metric(0));

// The first band of the queue on a PPP interface, 1:1, as a socket's or packet's priority (tc-prio(8)): what goes ahead of
// everything that waits for the handover.
inline constexpr std::uint32_t kReplayPriority = 0x00010001;

}  // namespace ghost::net
