// SPDX-License-Identifier: GPL-2.0-or-later
// What a script may rely on: ghostctl(1), "Exit status". Numbers are added, never changed.
#pragma once

namespace ghost::cli {

enum class ExitCode : int {
  ok = 0,
  failed = 1,       // the call did not come up; the configuration is invalid; anything without a number of its own
  usage = 2,        // ghostctl was called wrongly
  no_such_link = 3,
  blocked = 4,      // the link is blocked
  timed_out = 5,    // --timeout passed; what was asked goes on
  unreachable = 6,  // ghostd is not running, or the bus cannot be reached
  denied = 7,       // the caller may not
  not_told = 8,     // the link is on the net, but not every notifier has taken the notice
  interrupted = 130,  // Ctrl-C; what was asked goes on
};

// The exit code that fits a D-Bus error of that name. Total: a name nobody knows is `failed`.
ExitCode exit_code_of(const char* dbus_error);

// For --help; the same table is in ghostctl(1).
inline constexpr const char* kExitHelp =
    "Exit status: 0 done; 1 failed (the call did not come up, the configuration is invalid); 2 wrong usage; 3 no such "
    "link; 4 blocked;\n5 time-out (what was asked goes on); 6 ghostd is not reachable; 7 access denied; 8 it appeared, but a notice "
    "failed;\n130 interrupted.";

}  // namespace ghost::cli
