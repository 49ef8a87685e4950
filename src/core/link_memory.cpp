// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/link_memory.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ghost::core {

LadderMemory saved(const Ladder::Past& past, Clocks clocks) {
  LadderMemory out{past.failed, past.last, {}};
  for (const auto taken : past.taken)
    out.taken.push_back(clocks.wall - std::chrono::duration_cast<WallTime::duration>(clocks.now - taken));
  return out;
}

Ladder restored(const LadderMemory& memory, Clocks clocks) {
  Ladder::Past out{memory.failed, memory.last, {}};
  // A time to come is of a clock that was put back meanwhile.
  for (const auto taken : memory.taken)
    out.taken.push_back(clocks.now - std::chrono::duration_cast<Duration>(clocks.wall - std::min(taken, clocks.wall)));
  return Ladder(std::move(out));
}

LinkMemory fresh_memory(WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  LinkMemory out;
  out.sequence = seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
  return out;
}

void remember(LinkMemory& memory, AppearanceRecord record) {
  memory.past.push_back(std::move(record));
  auto& past = memory.past;
  std::ptrdiff_t kept = 0;
  std::size_t notices = 0;
  for (auto r = past.rbegin(); r != past.rend() && kept < kPastMax; ++r, ++kept) {
    notices += r->notices.size();
    if (kept != 0 && notices > kPastNoticesMax) break;
  }
  past.erase(past.begin(), past.end() - kept);
}

bool close_interrupted(LinkMemory& memory, WallTime now) {
  if (memory.past.empty() || memory.past.back().ended) return false;
  auto& last = memory.past.back();
  last.ended = std::max(now, last.begun);
  last.outcome = kInterrupted;
  last.interrupted = true;
  return true;
}

Standing standing(const LinkMemory& memory, bool present, WallTime now) {
  Standing out{memory.promise, memory.granted, std::nullopt, present, memory.timer_next};
  if (present || memory.past.empty()) return out;
  const auto& last = memory.past.back();
  if (last.ended && !last.interrupted) return out;
  const bool told = std::any_of(last.notices.begin(), last.notices.end(),
                                [](const NoticeStatus& n) { return n.result == NoticeResult::Ok; });
  if (!told || (memory.until && now < *memory.until)) out.cut_short = last.begun;
  return out;
}

}  // namespace ghost::core
