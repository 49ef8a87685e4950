// SPDX-License-Identifier: GPL-2.0-or-later
// Before ghost-announce reads a byte from a server, it gives up privileges, unlimited memory and time, and every
// system call that it does not need. An installed filter is permanent. Any other system call kills the
// process, which ghostd reports as Crashed.
#pragma once
#include <sys/types.h>

#include <string>

#include <tl/expected.hpp>

#include "core/time.hpp"

namespace ghost::announce {

// No core dump, no ptrace by others of this user, no_new_privs, no capability. Limits of memory, CPU, files, and the size of a
// file that it writes. The error is for people: nothing must be sent then.
[[nodiscard]] tl::expected<void, std::string> give_up_privileges(core::Duration cpu_time);

enum class Work { network, file };
[[nodiscard]] tl::expected<void, std::string> allow_only(Work work);
// For the process that waits for exec:'s program: write into its pipe, wait for it, and end it and its children.
[[nodiscard]] tl::expected<void, std::string> allow_only_waiting(pid_t program);
// For the program itself, which may do most things: a list of denied calls (EPERM) instead. Not
// async-signal-safe; for a process with one thread.
[[nodiscard]] tl::expected<void, std::string> deny_to_program();

}  // namespace ghost::announce
