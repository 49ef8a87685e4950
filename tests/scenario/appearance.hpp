// SPDX-License-Identifier: GPL-2.0-or-later
// Tables for AppearanceMachine: (time, event) -> (effects, state), in words.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/appearance_machine.hpp"

namespace ghost::test {

using namespace std::chrono_literals;

// Real time at 0 s of a table.
inline const core::WallTime kMorning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 7h + 30min};
inline core::WallTime at(core::Duration t) { return kMorning + t; }

struct AppearRow {
  core::Duration at;
  core::AppearEvent event;
  std::vector<std::string> effects;  // in words; Remember is not shown
  std::string state;
  const char* file = __builtin_FILE();
  int line = __builtin_LINE();
};

core::AnnounceConfig notifier(std::string name, bool vanish = false);
// Two notifiers: mail, and dns, which is told the end.
core::AppearReconfigured mail_and_dns();
core::AppearanceMachine appearance(core::AppearReconfigured config = mail_and_dns(), core::Remembered remembered = {});
void play(core::AppearanceMachine& machine, std::vector<AppearRow> rows);

// Events.
core::AppearEvent asked(core::Duration hold = {});
core::AppearEvent by_timer(std::optional<core::WallTime> next = {});
core::AppearEvent link_up(std::vector<std::string> addresses = {"192.0.2.7"});
core::AppearEvent link_down(std::string reason, bool trying = false);
core::AppearEvent answer(std::uint64_t id, core::NoticeResult result = core::NoticeResult::Ok, std::string text = {});
inline core::AppearEvent leaving() { return core::FarewellAsked{"idle"}; }
inline core::AppearEvent time_passed() { return core::AppearDeadlinePassed{}; }

std::string words(const core::AppearEffect& effect);

}  // namespace ghost::test
