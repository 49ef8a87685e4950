// SPDX-License-Identifier: GPL-2.0-or-later
// What a notice says about an appearance, and how the notice ended. docs/notice.schema.json describes notices for their
// receivers.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "core/time.hpp"

namespace ghost::core {

enum class NoticeKind : std::uint8_t { appear, vanish };

struct Notice {
  NoticeKind kind = NoticeKind::appear;
  std::string name;  // [Appear] Name=
  std::string link;
  std::vector<IpAddress> addresses;        // where others can reach this host: the PPP interface's, or what the echo service saw
  std::vector<IpAddress> local_addresses;  // the PPP interface's
  bool carrier_nat = false;                // the host is behind it (RFC 1918, RFC 6598), so `addresses` may be unreachable
  WallTime since{};                        // when the host appeared
  WallTime until{};                        // the host stays at least until then; for vanish: now
  std::optional<WallTime> next;            // the next appearance, if there is one
  std::uint64_t sequence = 0;              // higher with every notice of the link
  std::string reason;                      // for vanish: "idle", "disconnect", …
  bool operator==(const Notice&) const = default;
};

// How a notice ended, by name, on the bus and in the journal.
enum class NoticeResult : std::uint8_t {
  Ok,           // the receiver has confirmed it
  BadConfig,    // its section does not allow an attempt (a missing credential, a program that root does not own)
  NoSuchHost,   // the name does not exist
  Unreachable,  // no connection, or it broke
  TimedOut,     // not done by Timeout=
  TlsFailed,    // the certificate is wrong
  AuthFailed,   // the receiver does not accept the credential
  Refused,      // the receiver refused it for good (5xx of mail, 4xx of HTTP but 408 and 429, REFUSED, …)
  Later,        // the receiver refused it for now (4xx of mail, 5xx of HTTP, 408, 429, SERVFAIL)
  TooLarge,     // the receiver's answer was too large
  Crashed,      // ghost-announce ended without a result
  LinkGone,     // the link hung up or dropped before the notice was done
};
std::string_view to_string(NoticeResult result);
// nullopt: an unknown word.
std::optional<NoticeResult> notice_result(std::string_view word);
// Whether another attempt may succeed.
bool worth_retrying(NoticeResult result);

}  // namespace ghost::core
