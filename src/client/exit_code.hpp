// SPDX-License-Identifier: GPL-2.0-or-later
// Scripts rely on these: ghostctl(1), "Exit status". Numbers are added, never changed.
#pragma once

namespace ghost::client {

enum class ExitCode : int {
  ok = 0,
  failed = 1,  // the call did not come up; the configuration is invalid; any failure without its own number
  usage = 2,   // wrong usage
  no_such_link = 3,
  blocked = 4,        // the link is blocked
  timed_out = 5,      // --timeout passed; ghostd continues with the request
  unreachable = 6,    // ghostd is not running, or the bus cannot be reached
  denied = 7,         // the caller may not
  not_told = 8,       // the link is on the net, but not every notifier has taken the notice
  interrupted = 130,  // Ctrl-C; ghostd continues with the request
};

// The exit code for a D-Bus error of that name. Total: an unknown name gives `failed`.
ExitCode exit_code_of(const char* dbus_error);

// For --help; the same table is in ghostctl(1).
inline constexpr const char* kExitHelp =
    "Exit status: 0 done; 1 failed (the call did not come up, the configuration is invalid); 2 wrong usage; 3 no such "
    "link; 4 blocked;\n5 timed out (ghostd continues with the request); 6 ghostd is not reachable; 7 access denied; 8 appeared, but a "
    "notice failed;\n130 interrupted.";

}  // namespace ghost::client
