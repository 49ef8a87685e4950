// SPDX-License-Identifier: GPL-2.0-or-later
// What [Appear] and the [Announce name] sections of a link's file say, as values: when the link appears on the net, and which
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

// The part of a week in which appearances follow each other, in local time: Window=Mon..Fri 07:00-18:00.
struct Window {
  std::uint8_t days = 0;        // bit 0: Sunday … bit 6: Saturday, as in struct tm; the day on which it begins
  std::chrono::minutes from{};  // since local midnight, inclusive
  std::chrono::minutes to{};    // exclusive; not later than 24:00, later than `from`
  bool operator==(const Window&) const = default;
};

// A receiver of notices: [Announce name]. The URL's scheme names the protocol.
struct AnnounceConfig {
  std::string name;                             // the section's: letters, digits, "-" and "_", at most 32
  std::string url;                              // Url=: without user and password
  std::map<std::string, std::string> more;      // the keys that only the notifier reads, by their names: From=, To=, Topic=, …
  std::string credential;                       // Credential=: a systemd credential's name, never the secret itself
  bool vanish = false;                          // Vanish=: tell the end, too
  bool repeat = false;                          // Repeat=: tell each appearance, even if the address was told before
  Duration timeout = std::chrono::seconds(30);  // Timeout=: one attempt
  unsigned attempts = 5;                        // Attempts=: of one notice, the first included
  Duration retry = std::chrono::seconds(5);     // RetryDelay=: after the first failure; doubles with each further one
  bool operator==(const AnnounceConfig&) const = default;
};

struct AppearConfig {
  std::string name;                               // Name=: what notices call this host; empty: the host's name
  Duration hold = std::chrono::minutes(10);       // Hold=: the link stays up at least so long
  std::optional<Window> window;                   // Window=: without one, only the timer's appearances
  Duration every_min = std::chrono::minutes(15);  // Every=15min-59min: the next follows after a random time between
  Duration every_max = std::chrono::minutes(59);
  std::string echo;                                    // Echo=: URL of a service that answers with the address it sees
  Duration connect_timeout = std::chrono::minutes(5);  // ConnectTimeout=: an appearance without a link by then has failed
  Duration vanish_timeout = std::chrono::seconds(10);  // VanishTimeout=: the line is held so long for the vanish notices
  bool wake_system = false;                            // WakeSystem=: the timer of the next one wakes a suspended machine
  bool operator==(const AppearConfig&) const = default;
};

}  // namespace ghost::core
