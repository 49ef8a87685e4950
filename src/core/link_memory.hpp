// SPDX-License-Identifier: GPL-2.0-or-later
// What must be known of a link after a crash or a reboot, as a value: what was promised, which number the last notice had, who
// was told which addresses, the last appearances for people to look at, and whether it may be called at all. No secret is in
// it, because none is in what it is made of. appear_state/ puts it into a file.
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
#include "core/permission.hpp"
#include "core/schedule.hpp"

namespace ghost::core {

inline constexpr std::ptrdiff_t kPastMax = 50;
inline constexpr std::size_t kPastNoticesMax = 2000;  // of all of them together, but for the last's

// The outcome that is shown of an interrupted appearance.
inline constexpr std::string_view kInterrupted = "interrupted";

struct LinkMemory {
  std::uint64_t sequence = 0;          // of the last notice made
  std::optional<WallTime> promise;     // Due::promise of the last tick
  std::optional<WallTime> granted;     // when a tick was last due
  std::optional<WallTime> timer_next;  // as the last tick told it
  std::optional<WallTime> until;       // of the last appearance: not gone before, as it was told
  std::vector<AppearanceRecord> past;  // the oldest first; one that is under way is the last
  std::map<std::string, Told> told;    // by notifier
  std::optional<Block> blocked;
  bool operator==(const LinkMemory&) const = default;
};

// Of a link of which nothing is known. Its notices may have had numbers all the same (the file is broken, or lost), and none may
// be given twice: they go on from the seconds since 1970, which no link's notices overtake.
LinkMemory fresh_memory(WallTime now);

// Adds one, and lets go of the oldest when there are more than kPastMax, or their notices more than kPastNoticesMax.
void remember(LinkMemory& memory, AppearanceRecord record);

// When ghostd starts and takes up no appearance: one that is still written down as under way was interrupted. True if
// there was one.
bool close_interrupted(LinkMemory& memory, WallTime now);

// For decide(). The last appearance was cut short if it was interrupted (or would be closed as such: nothing is `present`)
// before anybody was told, or before the time until which it was to last.
Standing standing(const LinkMemory& memory, bool present, WallTime now);

}  // namespace ghost::core
