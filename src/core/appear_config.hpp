// SPDX-License-Identifier: GPL-2.0-or-later
// The [Appear] and [Announce name] sections of a link's file as values: when the link appears on the net, and which
// receivers are told. ghostd.link(5) and docs/appear.md are the user's view of the same.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace ghost::core {

// The part of a week in which appearances follow each other, in local time. Example: Window=Mon..Fri 07:00-18:00.
struct Window {
  std::uint8_t days = 0;        // the days on which it begins; bit 0: Sunday … bit 6: Saturday, as in struct tm
  std::chrono::minutes from{};  // since local midnight, inclusive
  std::chrono::minutes to{};    // exclusive; not later than 24:00, later than `from`
  bool operator==(const Window&) const = default;
};

// A receiver of notices: [Announce name]. The URL's scheme names the protocol.
struct AnnounceConfig {
  std::string name;                             // the section's name: letters, digits, "-" and "_", at most 32
  std::string url;                              // Url=; it contains no user and no password
  std::map<std::string, std::string> more;      // by key: what only the notifier reads, such as From=, To=, Topic=
  std::string credential;                       // Credential=: the name of a systemd credential, never the secret
  bool vanish = false;                          // Vanish=: send a notice at the end, too
  bool repeat = false;                          // Repeat=: send each appearance, even if the receiver has confirmed the address
  Duration timeout = std::chrono::seconds(30);  // Timeout=: of one attempt
  unsigned attempts = 5;                        // Attempts=: per notice, the first included
  Duration retry = std::chrono::seconds(5);     // RetryDelay=: after the first failure; it doubles with each further failure
  bool operator==(const AnnounceConfig&) const = default;
};

struct AppearConfig {
  std::string name;                               // Name=: what notices call this host; empty: the host's name
  Duration hold = std::chrono::minutes(10);       // Hold=: the link stays up at least this long
  std::optional<Window> window;                   // Window=: if unset, only the timer starts appearances
  Duration every_min = std::chrono::minutes(15);  // Every=15min-59min: a random time in this range until the next
  Duration every_max = std::chrono::minutes(59);
  std::string echo;                                    // Echo=: URL of a service that answers with the address that it sees
  Duration connect_timeout = std::chrono::minutes(5);  // ConnectTimeout=: if the link is not up by then, it has failed
  Duration vanish_timeout = std::chrono::seconds(10);  // VanishTimeout=: the link waits this long for vanish notices
  bool wake_system = false;                            // WakeSystem=: the timer for the next appearance wakes the machine
  bool operator==(const AppearConfig&) const = default;
};

}  // namespace ghost::core
