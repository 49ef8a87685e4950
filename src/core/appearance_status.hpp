// SPDX-License-Identifier: GPL-2.0-or-later
// A link's appearances as D-Bus and ghostctl show them: the present one (a part of LinkStatus) and the past ones. Times are real
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
  std::optional<NoticeResult> result;  // nullopt: pending; an attempt runs, or waits for its time
  std::string detail;                  // one line for people; may be empty; never contains a secret
  std::optional<WallTime> at;          // when the result came, or that of the last attempt
  unsigned attempts = 0;               // of this notice so far
  bool operator==(const NoticeStatus&) const = default;
};

struct AppearanceStatus {
  std::string state = "none";         // "none", "connecting", "announcing", "present", "vanishing", "failed"
  std::uint64_t asked = 0;            // accepted requests to appear (by hand or due) since ghostd knows the link
  std::optional<WallTime> last;       // when the address of the present or last appearance began to work
  std::optional<WallTime> next;       // the next one, as far as it is known
  std::optional<WallTime> until;      // while present: the link stays at least until then
  std::uint64_t sequence = 0;         // of the last notice
  bool carrier_nat = false;           // of the present or last appearance
  std::vector<IpAddress> addresses;   // that the present or last appearance has told
  std::vector<NoticeStatus> notices;  // one per notifier that had a notice, in the order of the configuration
  bool operator==(const AppearanceStatus&) const = default;
};

// An appearance as ghostd remembers it.
struct AppearanceRecord {
  WallTime begun{};               // when somebody or a timer asked for it
  std::optional<WallTime> ended;  // nullopt: the appearance is under way
  std::string kind;               // what asked for it: "asked", "calendar", "chain", "resume"
  std::string outcome;            // under way: AppearanceStatus::state; afterwards why it ended: "idle", "Busy", …
  std::vector<IpAddress> addresses;
  std::optional<WallTime> next;  // the next appearance, as the notices named it
  std::vector<NoticeStatus> notices;
  bool interrupted = false;  // ghostd ended before the appearance did
  bool operator==(const AppearanceRecord&) const = default;
};

}  // namespace ghost::core
