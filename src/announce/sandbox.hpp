// SPDX-License-Identifier: GPL-2.0-or-later
// What ghost-announce gives up before it reads a byte of a server's: privileges, memory and time without bounds, and every
// system call that its work does not need. A filter, once installed, is there for good; what it does not name kills the
// process, which ghostd sees as Crashed.
#pragma once
#include <sys/types.h>

#include <string>

#include <tl/expected.hpp>

#include "core/time.hpp"

namespace ghost::announce {

// No core dump and no ptrace by others of this user, no_new_privs, no capability, limits of memory, CPU, files and, of a
// file it writes, size. The error is for people: nothing must be sent then.
[[nodiscard]] tl::expected<void, std::string> give_up_privileges(core::Duration cpu_time);

enum class Work { network, file };
[[nodiscard]] tl::expected<void, std::string> allow_only(Work work);
// Of the process that waits for exec:'s program: to write into its pipe, wait for it, and end it and its children.
[[nodiscard]] tl::expected<void, std::string> allow_only_waiting(pid_t program);
// Of the program itself, which may do what programs do: a list of what is denied (EPERM) instead. Async-signal-safe it is
// not; it is for a process of one thread.
[[nodiscard]] tl::expected<void, std::string> deny_to_program();

}  // namespace ghost::announce
