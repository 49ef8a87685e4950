// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/pppd_process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/child.hpp"

namespace ghost::supervisor {

tl::expected<PppdProcess, std::string> start_pppd(const std::vector<std::string>& argv) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  PppdProcess process{-1, UniqueFd(ends[0])};
  const UniqueFd theirs(ends[1]);
  // Only our end: pppd and chat write to theirs as to a terminal.
  if (::fcntl(process.log.get(), F_SETFL, O_NONBLOCK) < 0)
    throw std::system_error(errno, std::generic_category(), "fcntl(F_SETFL)");
  // Its log is read by its words: an environment of ours. pppd signals its whole process group when it ends: that must not be ours.
  const auto pid = start_child({.argv = argv,
                                .environment = plain_environment(),
                                .in = std::nullopt,
                                .out = theirs.get(),
                                .err = theirs.get(),
                                .own_session = true});
  if (!pid) return tl::unexpected<std::string>(argv[0] + ": " + std::strerror(pid.error()));
  process.pid = *pid;
  return process;
}

}  // namespace ghost::supervisor
