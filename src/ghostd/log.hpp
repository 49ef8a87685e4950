// SPDX-License-Identifier: GPL-2.0-or-later
// The journal, with fields for searching: `journalctl GHOSTD_LINK=isp`. Only this directory logs, at the place where something is
// decided. The libraries below it return what happened. Uses sd_journal_send(3), or standard error if there is no journal.
#pragma once
#include <syslog.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/link_machine.hpp"

namespace ghost::daemon {

// priority: LOG_ERR, LOG_WARNING, … (syslog(3)). link: empty if the message concerns all links.
void log(int priority, std::string_view link, std::string_view message);
// A change of a link's state. GHOSTD_PEER= has the call's peer file, if the link has several. MESSAGE_ID kTransitionId.
void log_transition(std::string_view link, const core::Transition& transition);

// What became of name servers that resolved or resolvconf should get. GHOSTD_NAMES= has `outcome`. MESSAGE_ID kNamesId.
void log_names(int priority, std::string_view link, std::string_view outcome, std::string_view message);

// A step of [Recover] begins, or is over. GHOSTD_STEP= and GHOSTD_RESULT= ("running", "done", "failed"). MESSAGE_ID kRecoveryId.
void log_recovery(std::string_view link, const core::RecoveryReport& report);

// Another program removed an object of ghostd's, or has stopped doing so. MESSAGE_ID kLostId. by: the program, if the kernel
// names it.
void log_lost(int priority, std::string_view what, std::string_view by, std::string_view message);

// A person or a program asked for an act. MESSAGE_ID kAskedId.
void log_asked(std::string_view link, std::string_view act, std::optional<std::uint32_t> uid, std::optional<std::uint32_t> pid,
               std::string_view unit);

// For journalctl MESSAGE_ID=…. units/ghostd.catalog explains them.
inline constexpr const char* kTransitionId = "5c1b6a1e0f0d4b6f9a3d2f1f8f7f2e11";
inline constexpr const char* kLostId = "8e0f6b4d2a514c7f9b1d63a7c5e28f04";
inline constexpr const char* kAskedId = "c0a6f2d1b7e84c52a3de9b6145f7083a";
inline constexpr const char* kRecoveryId = "b2d7e50c4c1f4b6aa0a1c64e9d3f7c58";
inline constexpr const char* kNamesId = "1f0d6c7b6f0c4f0e8b1c8d0a52b9e6c3";

}  // namespace ghost::daemon
