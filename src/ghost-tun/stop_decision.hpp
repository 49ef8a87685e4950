// SPDX-License-Identifier: GPL-2.0-or-later
// Is this stop the end, or the first half of a restart? A restart must not touch the things that a running call needs. Routes,
// rules, the nftables table and the sysctls stay, and the next ghostd finds them. Pure; systemd.exec(5) and
// org.freedesktop.systemd1(5) define the words.
#pragma once
#include <string_view>

namespace ghost::tun {

// The job that waits for the unit, as systemd's manager reports it (a job's JobType).
enum class PendingJob {
  none,     // nothing: the service ended by itself
  start,    // start, restart, try-restart, …: it comes back
  stop,     // it was told to stop
  unknown,  // the manager could not be asked
};
PendingJob pending_job(std::string_view job_type);

struct StopFacts {
  std::string_view service_result;  // $SERVICE_RESULT: "success", "exit-code", "signal", "watchdog", …
  std::string_view exit_status;     // $EXIT_STATUS: a number, or a signal's name
  PendingJob job = PendingJob::unknown;
};

enum class Verdict { keep, release };

// EX_CONFIG of sysexits(3): ghostd.service has RestartPreventExitStatus=78.
inline constexpr std::string_view kNoRestartStatus = "78";

// For ExecStopPost= of ghostd.service.
Verdict decide(const StopFacts& facts);

// For ghostd-guard.service, which systemd stops (or restarts) before ghostd.service. A running ghostd still gets its
// ExecStopPost=. A dead one does not, so at a stop only the guard can act.
Verdict decide_for_guard(bool is_running, PendingJob job);

// For ghostd-guard.service, too: whether the main process must be ended from there. While a service reloads, starts or stops, a stop runs no
// ExecStop= of it. The main process can claim that at any time (RELOADING=1, STOPPING=1, sd_notify(3)).
bool ends_from_the_guard(std::string_view active_state, PendingJob job);

// For OnFailure= of ghostd.service, with the unit's ActiveState; empty: systemd does not say. Since version 254, systemd also acts on
// OnFailure= when Restart= is about to start the service again.
Verdict decide_for_failure(std::string_view active_state, PendingJob job);

}  // namespace ghost::tun
