// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/upkeep.hpp"

#include <fmt/format.h>
#include <syslog.h>

#include <utility>

namespace ghost::daemon {

bool Upkeep::due(core::Time now) const {
  const auto at = pace_.deadline();
  return heard_ || (at && *at <= now);
}

void Upkeep::attend(const std::vector<Kept>& kept) {
  heard_ = false;
  const auto missing = kind_.look(kept);
  if (missing && missing->empty()) return all_is_there();
  lost_ = missing ? *missing : missing.error().what;
  const std::string by = by_.empty() ? "" : ", removed by " + by_;
  switch (pace_.missing(clock_.now(), pace_.has_canary() && kind_.canary_lives())) {
    case core::HealPace::Act::nothing: break;
    case core::HealPace::Act::canary: kind_.put_canary(kept); break;
    case core::HealPace::Act::whole: put_back(kept, by); break;
  }
  if (trouble_.empty() && pace_.degraded() && !std::exchange(told_, true))
    tell_(
        LOG_WARNING, lost_, by_,
        fmt::format("{} is lost repeatedly{}; ghostd restores it after growing pauses, and at once when that stops", lost_, by));
}

void Upkeep::all_is_there() {
  const auto times = pace_.times();
  pace_.complete(clock_.now());
  trouble_.clear();
  if (pace_.degraded()) return;
  by_.clear();
  if (std::exchange(told_, false))
    tell_(LOG_NOTICE, kind_.name(), "", fmt::format("{}: no longer disturbed; restored {} times", kind_.name(), times));
}

void Upkeep::put_back(const std::vector<Kept>& kept, const std::string& by) {
  const bool first = pace_.times() == 0;
  const auto work_before = clock_.worked();
  const auto done = kind_.put_back(kept);
  const auto cost = clock_.worked() - work_before;
  if (done) {
    trouble_.clear();
    pace_.done(clock_.now(), cost);
    if (first) tell_(LOG_WARNING, lost_, by_, fmt::format("{} was lost{}; restored", lost_, by));
    return;
  }
  pace_.failed(clock_.now(), cost);
  if (std::exchange(trouble_, done.error().what) != done.error().what)
    tell_(LOG_ERR, lost_, by_, fmt::format("{} was lost{}, and cannot be restored: {}", lost_, by, done.error().what));
}

std::optional<std::string> Upkeep::degraded() const {
  if (!pace_.degraded()) return std::nullopt;
  if (!trouble_.empty()) return fmt::format("{} cannot be restored: {}", lost_, trouble_);
  return fmt::format("{} is removed{} repeatedly", lost_, by_.empty() ? "" : " by " + by_);
}

}  // namespace ghost::daemon
