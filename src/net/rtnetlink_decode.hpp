// SPDX-License-Identifier: GPL-2.0-or-later
// One rtnetlink message becomes a value (rtnetlink(7)): total and pure. Messages that do not concern us are
// Nothing, ones whose lengths contradict each other Malformed. No bytes make it crash or read past the end.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "base/address.hpp"
#include "net/netlink_message.hpp"

namespace ghost::net {

struct LinkSeen {
  unsigned index = 0;
  std::string name;
  bool up = false;       // IFF_UP: it is switched on
  bool running = false;  // IFF_RUNNING: and it has a carrier
  bool removed = false;  // RTM_DELLINK
  unsigned mtu = 0;
  unsigned queue_packets = 0;  // txqueuelen
  bool operator==(const LinkSeen&) const = default;
};

struct AddressSeen {
  unsigned index = 0;  // of the interface
  IpAddress local;     // IFA_LOCAL, or IFA_ADDRESS where there is no IFA_LOCAL (IPv6 without a peer)
  IpAddress peer;      // IFA_ADDRESS: the far end of a point-to-point link, else the same as local
  std::uint8_t prefix_length = 0;
  bool global = false;      // scope universe: not link-local, not the host's own
  bool link_local = false;  // an IPv6 address of scope link
  bool tentative = false;   // IPv6 duplicate address detection is in progress or has failed: not usable
  bool removed = false;     // RTM_DELADDR
  bool operator==(const AddressSeen&) const = default;
};

struct DumpDone {
  bool operator==(const DumpDone&) const = default;
};
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
struct Malformed {
  bool operator==(const Malformed&) const = default;
};

using RtnetlinkNews = std::variant<LinkSeen, AddressSeen, DumpDone, Nothing, Malformed>;

struct Decoded {
  RtnetlinkNews news;
  std::size_t consumed = 0;       // bytes of this message with its padding; all of them after Malformed
  bool dump_interrupted = false;  // NLM_F_DUMP_INTR: the dumped data changed meanwhile, dump again
  int error = 0;                  // of an NLMSG_ERROR, as a positive errno; the news is Nothing then
  bool operator==(const Decoded&) const = default;
};

// Of a message that is not an error.
[[nodiscard]] RtnetlinkNews decode_news(const NetlinkMessage& message);

// Decodes the first message of what one recv() gave. Not to be called with an empty span.
[[nodiscard]] Decoded decode_rtnetlink(std::span<const std::uint8_t> datagram);

}  // namespace ghost::net
