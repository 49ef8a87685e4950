// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd must know of a link after a crash or a reboot, as a value. It has the promise, the number of the last notice, and
// which receiver was told which addresses. It also has the last appearances, which people look at. It says whether the link is
// blocked, and how many calls have failed in a row. It has the ways: which is next, which are out, and how each far end has taken
// our secret. It has the steps that were taken against a wedged modem. It has no secret.
// appear_state/ writes it to a file.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/appearance_status.hpp"
#include "core/belief.hpp"
#include "core/clocks.hpp"
#include "core/failures_in_a_row.hpp"
#include "core/ladder.hpp"
#include "core/permission.hpp"
#include "core/schedule.hpp"
#include "core/ways.hpp"

namespace ghost::core {

inline constexpr std::ptrdiff_t kPastMax = 50;
inline constexpr std::size_t kPastNoticesMax = 2000;  // of all appearances together, except the last

// The outcome that is shown for an interrupted appearance.
inline constexpr std::string_view kInterrupted = "interrupted";

// Ladder::Past by the real-time clock.
struct LadderMemory {
  unsigned failed = 0;
  std::optional<RecoveryStep> last{};
  std::vector<WallTime> taken{};
  bool operator==(const LadderMemory&) const = default;
};
[[nodiscard]] LadderMemory saved(const Ladder::Past& past, Clocks clocks);
[[nodiscard]] Ladder restored(const LadderMemory& memory, Clocks clocks);

struct LinkMemory {
  std::uint64_t sequence = 0;          // of the last notice
  std::optional<WallTime> promise;     // Due::promise of the last tick
  std::optional<WallTime> granted;     // when a tick was last due
  std::optional<WallTime> timer_next;  // the timer's next elapse, as the last tick told it
  std::optional<WallTime> until;       // the last appearance lasts at least until then, as receivers were told
  std::vector<AppearanceRecord> past;  // the oldest first; an appearance under way is the last
  std::map<std::string, Told> told;    // by notifier
  std::optional<Block> blocked;
  Ways ways;
  FailureCounts row;                   // the failed calls in a row
  std::optional<WallTime> not_before;  // the end of the pause after the last of them
  LadderMemory ladder;                 // the steps of [Recover]
  bool operator==(const LinkMemory&) const = default;
};

// For a link without saved memory. Its notices may have had numbers all the same, because the file may be broken or lost. No
// number may be used twice. So the numbers continue from the seconds since 1970, which no link's notices overtake.
LinkMemory fresh_memory(WallTime now);

// Adds a record. Removes the oldest records while there are more than kPastMax records, or more than kPastNoticesMax notices.
void remember(LinkMemory& memory, AppearanceRecord record);

// For a ghostd that starts and continues no appearance: marks an appearance that is still saved as under way as interrupted. True
// if there was one.
bool close_interrupted(LinkMemory& memory, WallTime now);

// What decide() needs. An appearance is cut short if it is interrupted before a receiver was told, or before its `until`. One
// that is saved as under way counts as interrupted, too, unless `present`.
Standing standing(const LinkMemory& memory, bool present, WallTime now);

}  // namespace ghost::core
