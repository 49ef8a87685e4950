// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/log.hpp"

#include <fmt/format.h>
#include <systemd/sd-journal.h>

#include <cstdio>
#include <vector>

namespace ghost::daemon {
namespace {

void send(std::vector<std::string> fields, const std::string& message) {
  fields.push_back("MESSAGE=" + message);
  std::vector<iovec> parts;
  parts.reserve(fields.size());
  for (auto& f : fields) parts.push_back({f.data(), f.size()});
  if (sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) < 0) fmt::print(stderr, "{}\n", message);
}

std::string prefixed(std::string_view link, std::string_view message) {
  return link.empty() ? std::string(message) : fmt::format("{}: {}", link, message);
}

}  // namespace

void log(int priority, std::string_view link, std::string_view message) {
  std::vector<std::string> fields{fmt::format("PRIORITY={}", priority)};
  if (!link.empty()) fields.push_back(fmt::format("GHOSTD_LINK={}", link));
  send(std::move(fields), prefixed(link, message));
}

void log_transition(std::string_view link, const core::Transition& t) {
  auto text = fmt::format("{} -> {} ({})", to_string(t.from), to_string(t.to), t.reason);
  if (!t.peer.empty() && t.to == core::Shown::dialing) text += " by peer " + t.peer;
  if (!t.detail.empty()) text += ": " + t.detail;
  std::vector<std::string> fields{fmt::format("PRIORITY={}", t.to == core::Shown::waiting ? LOG_NOTICE : LOG_INFO),
                                  fmt::format("GHOSTD_LINK={}", link),
                                  fmt::format("GHOSTD_CALL={}", number(t.call)),
                                  fmt::format("GHOSTD_STATE={}", to_string(t.to)),
                                  fmt::format("GHOSTD_REASON={}", t.reason),
                                  fmt::format("MESSAGE_ID={}", kTransitionId)};
  if (!t.peer.empty()) fields.push_back(fmt::format("GHOSTD_PEER={}", t.peer));
  send(std::move(fields), prefixed(link, text));
}

void log_recovery(std::string_view link, const core::RecoveryReport& report) {
  const auto& [after, step, end] = report;
  const auto* result = !end ? "running" : end->ok ? "done" : "failed";
  auto text = fmt::format("step {} of [Recover]: {}", to_string(step), result);
  if (end && !end->detail.empty()) text += ": " + end->detail;
  send({fmt::format("PRIORITY={}", end && end->ok ? LOG_INFO : LOG_NOTICE), fmt::format("MESSAGE_ID={}", kRecoveryId),
        fmt::format("GHOSTD_LINK={}", link), fmt::format("GHOSTD_CALL={}", number(after)),
        fmt::format("GHOSTD_STEP={}", to_string(step)), fmt::format("GHOSTD_RESULT={}", result)},
       prefixed(link, text));
}

void log_lost(int priority, std::string_view what, std::string_view by, std::string_view message) {
  send({fmt::format("PRIORITY={}", priority), fmt::format("MESSAGE_ID={}", kLostId), fmt::format("GHOSTD_LOST={}", what),
        fmt::format("GHOSTD_BY={}", by.empty() ? "somebody" : by)},
       std::string(message));
}

void log_asked(std::string_view link, std::string_view act, std::optional<std::uint32_t> uid, std::optional<std::uint32_t> pid,
               std::string_view unit) {
  std::vector<std::string> fields{fmt::format("PRIORITY={}", LOG_INFO), fmt::format("GHOSTD_ASKED={}", act),
                                  fmt::format("MESSAGE_ID={}", kAskedId)};
  std::string by = "somebody";
  if (uid) {
    by = fmt::format("uid {}", *uid);
    fields.push_back(fmt::format("GHOSTD_ASKED_UID={}", *uid));
  }
  if (pid) {
    by += fmt::format(", process {}", *pid);
    fields.push_back(fmt::format("GHOSTD_ASKED_PID={}", *pid));
  }
  if (!unit.empty()) {
    by += fmt::format(", {}", unit);
    fields.push_back(fmt::format("GHOSTD_ASKED_UNIT={}", unit));
  }
  if (!link.empty()) fields.push_back(fmt::format("GHOSTD_LINK={}", link));
  send(std::move(fields), prefixed(link, fmt::format("{}: asked by {}", act, by)));
}

void log_names(int priority, std::string_view link, std::string_view outcome, std::string_view message) {
  std::vector<std::string> fields{fmt::format("PRIORITY={}", priority), fmt::format("GHOSTD_NAMES={}", outcome),
                                  fmt::format("MESSAGE_ID={}", kNamesId)};
  if (!link.empty()) fields.push_back(fmt::format("GHOSTD_LINK={}", link));
  send(std::move(fields), prefixed(link, message));
}

}  // namespace ghost::daemon
