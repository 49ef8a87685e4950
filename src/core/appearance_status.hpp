// SPDX-License-Identifier: GPL-2.0-or-later
// A link's appearances as D-Bus and ghostctl show them: the present one (a part of LinkStatus) and those that were. Times are real
// time, because notices name them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "core/notice.hpp"

namespace ghost::core {

// One notifier, and how its last notice of an appearance went.
struct NoticeStatus {
  std::string name;                    // of its [Announce NAME]
  std::optional<NoticeResult> result;  // nullopt: pending, now or until the next attempt
  std::string detail;                  // a line for people; may be empty, never a secret
  std::optional<WallTime> at;          // when the result, or the last attempt's, came
  unsigned attempts = 0;               // of this notice so far
  bool operator==(const NoticeStatus&) const = default;
};

struct AppearanceStatus {
  std::string state = "none";         // "none", "connecting", "announcing", "present", "vanishing", "failed"
  std::uint64_t asked = 0;            // accepted requests to appear (by hand or due) since ghostd knows the link
  std::optional<WallTime> last;       // when the present or last appearance began: when its address worked
  std::optional<WallTime> next;       // the next one, as far as it is known
  std::optional<WallTime> until;      // while present: not gone before
  std::uint64_t sequence = 0;         // of the last notice made
  bool carrier_nat = false;           // of the present or last appearance
  std::vector<IpAddress> addresses;   // told by the present or last appearance
  std::vector<NoticeStatus> notices;  // one per notifier that was told anything, in the order of the configuration
  bool operator==(const AppearanceStatus&) const = default;
};

// An appearance as it is remembered.
struct AppearanceRecord {
  WallTime begun{};               // when it was asked for
  std::optional<WallTime> ended;  // nullopt: it is under way
  std::string kind;               // what asked for it: "asked", "calendar", "chain", "resume"
  std::string outcome;            // while under way AppearanceStatus::state; then why it ended: "idle", "Busy", …
  std::vector<IpAddress> addresses;
  std::optional<WallTime> next;  // the next one, as its notices named it
  std::vector<NoticeStatus> notices;
  bool interrupted = false;  // ghostd ended before the appearance did
  bool operator==(const AppearanceRecord&) const = default;
};

}  // namespace ghost::core
