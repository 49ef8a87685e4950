// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/stop_decision.hpp"

namespace ghost::tun {

PendingJob pending_job(std::string_view job_type) {
  if (job_type == "stop") return PendingJob::stop;
  if (job_type.find("start") != std::string_view::npos) return PendingJob::start;  // start, restart, try-restart
  return PendingJob::none;  // reload, verify-active, nop: they change nothing about the end
}

Verdict decide(const StopFacts& facts) {
  // ghostd refused its configuration. systemd will not try again, although the job that started it may still exist.
  if (facts.service_result == "exit-code" && facts.exit_status == kNoRestartStatus) return Verdict::release;
  switch (facts.job) {
    case PendingJob::stop: return Verdict::release;  // systemd will not restart it, whatever the cause of its end
    case PendingJob::start: return Verdict::keep;
    case PendingJob::none:
    case PendingJob::unknown: break;
  }
  // It ended by itself, and Restart=on-failure starts it again. If it reaches the start limit, OnFailure=ghostd-release.service
  // restores everything.
  const bool comes_back = facts.service_result != "success" && !facts.service_result.empty();
  return comes_back ? Verdict::keep : Verdict::release;
}

Verdict decide_for_guard(bool is_running, PendingJob job) {
  return !is_running && job == PendingJob::stop ? Verdict::release : Verdict::keep;
}

bool ends_from_the_guard(std::string_view active_state, PendingJob job) {
  const bool busy = active_state == "reloading" || active_state == "activating" || active_state == "deactivating";
  return busy && (job == PendingJob::stop || job == PendingJob::start);
}

Verdict decide_for_failure(std::string_view active_state, PendingJob job) {
  if (job == PendingJob::start) return Verdict::keep;  // a restart whose stop ended badly
  const bool comes_back = active_state == "activating" || active_state == "active" || active_state == "reloading";
  return comes_back ? Verdict::keep : Verdict::release;
}

}  // namespace ghost::tun
