// SPDX-License-Identifier: GPL-2.0-or-later
// What must be known of a link after a crash or a reboot, as a value and as JSON: what was promised, which number the last
// notice had, who was told which addresses, the last appearances for people to look at, and whether it may be called at all.
// No secret is in it, for none is in what it is made of.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/address.hpp"
#include "core/appearance_status.hpp"
#include "core/schedule.hpp"

namespace ghost::appear_state {

inline constexpr std::ptrdiff_t kPastMax = 50;
inline constexpr std::size_t kPastNoticesMax = 2000;  // of all of them together, but for the last's

// Outcome of an appearance that nobody ended: ghostd was not there any more.
inline constexpr std::string_view kInterrupted = "interrupted";

// The link makes no calls, and why: until a person lifts that, for a wrong password tried at each start is paid for each time.
struct Blocked {
  std::string reason, detail;  // as core::LinkStatus has them
  bool operator==(const Blocked&) const = default;
};

struct AppearState {
  std::uint64_t sequence = 0;                           // of the last notice made
  std::optional<core::WallTime> promise;                // core::Due::promise of the last tick
  std::optional<core::WallTime> granted;                // when a tick was last due
  std::optional<core::WallTime> timer_next;             // as the last tick told it
  std::optional<core::WallTime> until;                  // of the last appearance: not gone before, as it was told
  std::vector<core::AppearanceRecord> past;             // the oldest first; one that is under way is the last
  std::map<std::string, core::Told> told;               // by notifier
  std::optional<Blocked> blocked;
  bool operator==(const AppearState&) const = default;
};

// Of a link of which nothing is known. Its notices may have had numbers all the same (the file is broken, or lost), and none may
// be given twice: they go on from the seconds since 1970, which no link's notices overtake.
AppearState fresh(core::WallTime now);

// Adds one, and lets go of the oldest when there are more than kPastMax, or their notices more than kPastNoticesMax.
void remember(AppearState& state, core::AppearanceRecord record);

// When ghostd starts and takes up no appearance: one that is still written down as under way was interrupted. True if
// there was one.
bool close_interrupted(AppearState& state, core::WallTime now);

// For core::decide(). The last appearance was cut short if it was interrupted (or would be closed as such: nothing is
// `present`) before anybody was told, or before the time until which it was to last.
core::Standing standing(const AppearState& state, bool present, core::WallTime now);

std::string to_json(const AppearState& state);  // one line, ended by a line feed
// Or what is wrong with it, for people. Total; keys it does not know are passed over.
[[nodiscard]] tl::expected<AppearState, std::string> from_json(std::string_view text);

}  // namespace ghost::appear_state
