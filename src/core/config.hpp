// SPDX-License-Identifier: GPL-2.0-or-later
// What the files in /etc/ghostd/links say, as values. src/config makes them from text; everything else only reads them.
// ghostd.link(5) is the user's view of the same.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "core/appear_config.hpp"
#include "core/time.hpp"

namespace ghost::core {

using namespace std::chrono_literals;

// How pppd is told to make the call. Only ghost-supervisor acts on it, from root-owned files; ghostd shows it.
struct PppConfig {
  std::string peer;     // Peer=: a file in /etc/ppp/peers; if empty, the four below are used
  std::string device;   // Device=: a tty, absolute path
  unsigned speed = 0;   // Speed=: bits per second; 0 leaves the tty as it is
  std::string connect;  // Connect=: a chat(8) script file, absolute path; empty: no connect script
  std::string user;     // User=: the name to authenticate as; the secret is in pppd's secrets files
  bool operator==(const PppConfig&) const = default;
};

// How much may wait for a call. The oldest goes first when one of the three is reached; what goes is counted.
struct BufferBudget {
  std::size_t packets = 4096;
  std::size_t bytes = 1024 * 1024;
  Duration age = 120s;
  bool operator==(const BufferBudget&) const = default;
};

// The life of a call. Defaults are diald's where it had them (docs: ghostd.link(5)).
struct CallConfig {
  Duration idle_timeout = 5min;       // IdleTimeout=: no conversation has said anything for this long: hang up
  Duration dial_timeout = 60s;        // DialTimeout=: spawn of pppd until the serial connection stands (chat is done)
  Duration negotiate_timeout = 45s;   // NegotiateTimeout=: LCP and authentication, and again IPCP
  Duration peer_wait = 2s;            // PeerWait=: for the far end's first answer, before what waited is sent; 0: none
  Duration hangup_timeout = 15s;      // HangupTimeout=: SIGTERM until SIGKILL
  Duration redial_delay = 5s;         // RedialDelay=: after the first failure; doubles with each further one
  Duration redial_delay_max = 10min;  // RedialDelayMax=: and never more than this
  unsigned redial_attempts = 0;       // RedialAttempts=: block the link after so many failures in a row; 0: never
  bool operator==(const CallConfig&) const = default;
};

struct LinkConfig {
  std::string name;                     // from the file's name; valid_link_name() holds
  std::string description;              // Description=
  PppConfig ppp;                        // [Link] Peer= or Device=, Speed=, Connect=, User=
  std::vector<IpAddress> stable;        // Address=: the stable addresses, at most one a family; never empty once loaded
  std::vector<Prefix> routes;           // Routes=: "default" becomes 0.0.0.0/0 and, if there is a v6 address, ::/0
  std::optional<std::uint32_t> metric;  // Metric=: stands by in main with it; none: first, in front of main's default routes
  Duration standby_linger =
      Duration::max();                    // StandbyLinger=: so long a call goes on behind a better default route; max: for ever
  std::vector<IpAddress> dns;             // DNS=: name servers that are asked while the link is down; `routes` lead to them
  unsigned mtu = 1500;                    // MTU=: of the demand interface, 1280 to 65535 (68 when it carries no IPv6)
  CallConfig call;                        // [Call]
  BufferBudget buffer;                    // [Buffer] Packets=, Bytes=, Age=
  std::vector<Prefix> share;              // [Share] From=: LAN prefixes that are masqueraded behind this link
  AppearConfig appear;                    // [Appear]
  std::vector<AnnounceConfig> announces;  // [Announce name], in the file's order

  [[nodiscard]] const IpAddress* stable_for(Family family) const {
    for (const auto& a : stable)
      if (a.family() == family) return &a;
    return nullptr;
  }
  bool operator==(const LinkConfig&) const = default;
};

struct Config {
  std::vector<LinkConfig> links;  // sorted by name; names are unique
  bool operator==(const Config&) const = default;
};

}  // namespace ghost::core
