// SPDX-License-Identifier: GPL-2.0-or-later
// What a notice says about an appearance, and how it ended. docs/notice.schema.json describes notices for their receivers.
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
  std::vector<IpAddress> addresses;        // where others can reach it: the PPP interface's, or what the echo service saw
  std::vector<IpAddress> local_addresses;  // the PPP interface's
  bool carrier_nat = false;                // behind it (RFC 1918, RFC 6598): `addresses` may not be reachable from outside
  WallTime since{};                        // when it appeared
  WallTime until{};                        // not gone before; for vanish: the present moment
  std::optional<WallTime> next;            // the next appearance, if there is one
  std::uint64_t sequence = 0;              // rises with every notice of the link
  std::string reason;                      // of vanish: "idle", "disconnect", …
  bool operator==(const Notice&) const = default;
};

// How a notice ended, by name, on the bus and in the journal.
enum class NoticeResult : std::uint8_t {
  Ok,           // the receiver has confirmed it
  BadConfig,    // its section does not allow an attempt (a missing credential, a program that root does not own)
  NoSuchHost,   // the name is not known
  Unreachable,  // no connection came about, or it broke
  TimedOut,     // not done by Timeout=
  TlsFailed,    // the certificate is not the right one
  AuthFailed,   // the receiver does not accept the credential
  Refused,      // the receiver said no, for good (5xx of mail, 4xx of HTTP but 408 and 429, REFUSED, …)
  Later,        // the receiver said: not now (4xx of mail, 5xx of HTTP, 408, 429, SERVFAIL)
  TooLarge,     // the receiver's answer was too large
  Crashed,      // ghost-announce ended without a result
  LinkGone,     // the link hung up, or dropped, before it was done
};
std::string_view to_string(NoticeResult result);
// nullopt: there is no such word.
std::optional<NoticeResult> notice_result(std::string_view word);
// Whether another attempt may go better.
bool worth_retrying(NoticeResult result);

}  // namespace ghost::core
