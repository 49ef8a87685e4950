// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-appear's requests to systemd, as values. A promised appearance becomes a transient timer, named by link and time.
// Arming the same promise twice gives one timer. The new timer is started before the old one is stopped, so a crash
// never leaves none. The calendar timer's own next elapse needs no second timer. Pure.
//
// The promise is ghostd's answer, and this program runs as root, so a false answer must not make it run all the time. The timers of a
// chain, of which each was armed by the tick of the one before, keep a distance. Every= (ghostd.link(5)) makes it longer in any case.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/notice.hpp"
#include "core/schedule.hpp"
#include "systemd/transient_timer.hpp"

namespace ghost::appear {

std::string calendar_timer(const std::string& link);  // ghost-appear@LINK.timer
// All timers of this link and of no other, because a link's name has no ':'.
std::string timer_pattern(const std::string& link);  // ghost-appear-next@LINK:*.timer
// The link of an instance of ghost-appear-next@.service, "LINK:20261124T075213Z"; a bare link name is returned unchanged.
std::string link_of(const std::string& instance);
// In the syntax of systemd.time(7): "2026-11-24 07:52:13 UTC", with a fraction if there is one.
std::string calendar_spec(core::WallTime at);

using systemd::TransientTimer;  // named ghost-appear-next@LINK:20261124T075213Z.timer

inline constexpr core::Duration kDistance = std::chrono::seconds(30);

// What has started ghost-appear. Only a timer of the chain can have been armed because of ghostd's answer.
enum class Ticked { by_systemd, by_the_chain };

struct Plan {
  std::optional<TransientTimer> arm;
  std::vector<std::string> stop;  // after that
  bool operator==(const Plan&) const = default;
};

// next: the promise; timer_next: of calendar_timer(link), if it is active; standing: the active units of timer_pattern(link).
// A promise that is not in the future is armed for two seconds from now, because systemd ignores a time that has passed. After a tick of
// the chain, it is armed for kDistance from now at the earliest. wake_system: as the link's file says, which only root can write.
Plan plan(const std::string& link, std::optional<core::WallTime> next, bool wake_system, std::optional<core::WallTime> timer_next,
          const std::vector<std::string>& standing, core::WallTime now, Ticked ticked);

// How long to wait for an appearance's notices: ten minutes, but no longer than until two seconds before the next tick. A
// service that still runs when its timer elapses is not started again.
core::Duration patience(core::WallTime now, std::optional<core::WallTime> next);

}  // namespace ghost::appear
