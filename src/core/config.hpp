// SPDX-License-Identifier: GPL-2.0-or-later
// What the files in /etc/ghostd/links say, as values. src/config makes them from text; all other code only reads them.
// ghostd.link(5) is the user's view of the same.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "core/appear_config.hpp"
#include "core/reason.hpp"
#include "core/recovery_step.hpp"
#include "core/time.hpp"

namespace ghost::core {

using namespace std::chrono_literals;

// How pppd makes the call. Only ghost-supervisor acts on this, after reading the root-owned files itself. ghostd only shows it.
struct PppConfig {
  std::vector<std::string> peers;  // Peer=: files in /etc/ppp/peers, in the order of trial; if empty, the next four keys apply
  std::string device;              // Device=: a tty, absolute path
  unsigned speed = 0;              // Speed=: bits per second; 0 leaves the tty as it is
  std::string connect;             // Connect=: a chat(8) script file, absolute path; empty: no connect script
  std::string user;                // User=: the name to authenticate as; the secret is in pppd's secrets files
  bool operator==(const PppConfig&) const = default;
};

// How much may wait for a call. When one of the three limits is reached, the oldest packet is dropped and counted.
struct BufferBudget {
  std::size_t packets = 4096;
  std::size_t bytes = 1024 * 1024;
  Duration age = 120s;
  bool operator==(const BufferBudget&) const = default;
};

enum class OnSleep : std::uint8_t {
  hangup,  // in order, before the machine sleeps
  keep,    // the call stays if its far end answers after the sleep
};

// The life of a call. Defaults are diald's where it had them (docs: ghostd.link(5)).
struct CallConfig {
  Duration idle_timeout = 5min;        // IdleTimeout=: the link hangs up after this long without a packet of a conversation
  Duration dial_timeout = 60s;         // DialTimeout=: from the start of pppd until the chat script is done
  Duration negotiate_timeout = 45s;    // NegotiateTimeout=: for LCP with authentication, and again for IPCP
  Duration peer_wait = 2s;             // PeerWait=: how long waiting packets wait for the far end's first answer; 0: not
  Duration hangup_timeout = 15s;       // HangupTimeout=: from SIGTERM until SIGKILL
  Duration redial_delay = 5s;          // RedialDelay=: after the first failure; half as long again with each further failure
  Duration redial_delay_max = 2h;      // RedialDelayMax=: the delay does not exceed this, apart from the jitter
  unsigned redial_attempts = 0;        // RedialAttempts=: failures in a row that block the link; 0: never block it
  unsigned refused_attempts = 3;       // RefusedAttempts=: refusals in a row that block the link
  Duration refused_delay = 5min;       // RefusedDelay=: after each refusal but the last
  OnSleep on_sleep = OnSleep::hangup;  // Sleep=: what becomes of a call when the machine sleeps
  bool operator==(const CallConfig&) const = default;
};

// What may heal a modem that has stopped working. Only ghost-supervisor takes the steps, from the root-owned files.
struct RecoverConfig {
  std::vector<std::string> hangup;  // Hangup=: AT commands, after the line was dropped; empty: no such step
  std::vector<std::string> reset;   // Reset=: AT commands
  std::string usb;                  // USB=: a port, as /sys/bus/usb/devices names it; "yes": that of the link's device
  std::string power;                // Power=: a program, absolute path
  unsigned after = 3;               // After=: failures in a row before each step
  // Reasons=: the failures that count, by default those of a modem that hears or says nothing
  std::vector<CallEnd> reasons = {CallEnd::NoCarrier,     CallEnd::NoDialtone, CallEnd::NoAnswer,     CallEnd::ConnectFailed,
                                  CallEnd::DeviceMissing, CallEnd::TimedOut,   CallEnd::NotRegistered};
  Duration settle = 30s;   // Settle=: from the end of a step to the next call, at least
  Duration timeout = 60s;  // Timeout=: a step that takes longer is ended, and has failed
  unsigned per_day = 6;    // PerDay=: steps within 24 hours
  bool operator==(const RecoverConfig&) const = default;

  [[nodiscard]] bool has(RecoveryStep step) const {
    switch (step) {
      case RecoveryStep::hangup: return !hangup.empty();
      case RecoveryStep::reset: return !reset.empty();
      case RecoveryStep::usb: return !usb.empty();
      case RecoveryStep::power: return !power.empty();
    }
    return false;
  }
};

struct LinkConfig {
  std::string name;                           // from the file's name; valid_link_name() holds
  std::string description;                    // Description=
  PppConfig ppp;                              // [Link] Peer= or Device=, Speed=, Connect=, User=
  std::vector<IpAddress> stable;              // Address=: the stable addresses, at most one per family; never empty once loaded
  std::vector<Prefix> routes;                 // Routes=: "default" becomes 0.0.0.0/0 and, if there is a v6 address, ::/0
  std::optional<std::uint32_t> metric;        // Metric=: of a standby link's routes in main; none: the link is in front
  Duration standby_linger = Duration::max();  // StandbyLinger=: how long a call outlives a better default route; max: for ever
  std::vector<IpAddress> dns;                 // DNS=: name servers that are asked while the link is down; `routes` include them
  unsigned mtu = 1500;                        // MTU=: of the demand interface, 1280 to 65535 (68 when it carries no IPv6)
  CallConfig call;                            // [Call]
  RecoverConfig recover;                      // [Recover]
  BufferBudget buffer;                        // [Buffer] Packets=, Bytes=, Age=
  std::vector<Prefix> share;                  // [Share] From=: LAN prefixes that are masqueraded behind this link
  AppearConfig appear;                        // [Appear]
  std::vector<AnnounceConfig> announces;      // [Announce name], in the file's order

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
