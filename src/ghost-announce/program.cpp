// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/child.hpp"
#include "ghost-announce/sandbox.hpp"

namespace ghost::announce {

using core::NoticeResult;

namespace {

Outcome could_not(std::string_view doing, NoticeResult result = NoticeResult::Later) {
  return {result, fmt::format("{}: {}", doing, std::strerror(errno))};
}

// In the keeper: the process that waited for the program is gone, so its whole group is killed, including the keeper.
extern "C" void on_orphaned(int) { ::kill(0, SIGKILL); }

int end_like(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  ::signal(WTERMSIG(status), SIG_DFL);
  ::kill(::getpid(), WTERMSIG(status));
  return kNotSetUp;
}

// The keeper leads the program's group, waits for it and ends as it did. When the link is gone, ghostd kills ghost-announce with
// SIGKILL. Only a process with a parent-death signal can act then: the keeper does, for all processes of the program.
int keep(const std::string& path, pid_t parent) {
  ::signal(SIGALRM, SIG_DFL);
  ::signal(SIGTERM, on_orphaned);
  if (::getppid() != parent || !deny_to_program()) return kNotSetUp;
  const auto program = start_child({.argv = {path},
                                    .environment = {{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
                                    .in = STDIN_FILENO,
                                    .out = {},
                                    .err = {},
                                    .dies_with_us = SIGKILL});
  if (!program) return kNotSetUp;
  ::close(STDIN_FILENO);  // otherwise the writer would not notice that the program does not read
  int status = 0;
  while (::waitpid(*program, &status, 0) < 0)
    if (errno != EINTR) return kNotSetUp;
  return end_like(status);
}

}  // namespace

tl::expected<struct stat, int> stat_of(const std::string& path) {
  struct stat s{};
  if (::lstat(path.c_str(), &s) != 0) return tl::unexpected(errno);
  return s;
}

tl::expected<void, std::string> check_program(const std::string& path, const Stat& stat) {
  for (auto end = path.size(); end != 0; end = path.rfind('/', end - 1)) {
    const auto part = path.substr(0, end);
    const auto s = stat(part);
    if (!s) return tl::unexpected(fmt::format("{}: {}", part, std::strerror(s.error())));
    const bool whole = end == path.size();
    if (whole && !S_ISREG(s->st_mode)) return tl::unexpected(fmt::format("{} is not a file", part));
    if (whole && (s->st_mode & S_IXUSR) == 0) return tl::unexpected(fmt::format("{} is not executable", part));
    if (!whole && !S_ISDIR(s->st_mode)) return tl::unexpected(fmt::format("{} is not a directory", part));
    if (s->st_uid != 0) return tl::unexpected(fmt::format("{} is not owned by root; run chown root", part));
    if ((s->st_mode & (S_IWGRP | S_IWOTH)) != 0)
      return tl::unexpected(fmt::format("users other than root may write to {}; run chmod go-w", part));
  }
  return {};
}

tl::expected<Program, Outcome> start_program(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real) return tl::unexpected(could_not(path, NoticeResult::BadConfig));
  if (auto good = check_program(real.get(), stat_of); !good)
    return tl::unexpected(Outcome{NoticeResult::BadConfig, good.error()});
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return tl::unexpected(could_not("pipe"));
  UniqueFd theirs(ends[0]);
  Program program;
  program.input.reset(ends[1]);
  const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!null) return tl::unexpected(could_not("/dev/null"));
  const auto keeper = fork_child(
      {.in = theirs.get(), .out = null.get(), .err = null.get(), .own_group = true, .dies_with_us = SIGTERM},
      [&real, parent = ::getpid()] { return keep(real.get(), parent); });
  if (!keeper) return tl::unexpected(Outcome{NoticeResult::Later, fmt::format("fork: {}", std::strerror(keeper.error()))});
  program.pid = *keeper;
  ::setpgid(program.pid, program.pid);  // parent and child both do this; it must be done before the group is killed
  program.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, program.pid, 0)));
  if (!program.pidfd || ::fcntl(program.input.get(), F_SETFL, O_NONBLOCK) != 0) {
    auto outcome = could_not("pidfd");
    ::kill(-program.pid, SIGKILL);
    return tl::unexpected(std::move(outcome));
  }
  return program;
}

Outcome finish_program(Program program, const std::string& input, const Deadline& deadline) {
  std::size_t done = 0;
  while (true) {
    if (done == input.size()) program.input.reset();
    std::array<pollfd, 2> p{{{program.pidfd.get(), POLLIN, 0}, {program.input.get(), POLLOUT, 0}}};
    const int ready = ::poll(p.data(), p.size(), deadline.milliseconds());
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return could_not("poll");
    if (ready == 0) {
      ::kill(-program.pid, SIGKILL);
      ::waitpid(program.pid, nullptr, 0);
      return {NoticeResult::TimedOut, "the program did not finish in time and was killed"};
    }
    if (p[0].revents != 0) break;
    if (p[1].revents != 0) {
      const auto wrote = ::write(program.input.get(), input.data() + done, input.size() - done);
      if (wrote > 0) done += static_cast<std::size_t>(wrote);
      else if (errno == EPIPE) done = input.size();  // it need not read
      else if (errno != EAGAIN && errno != EINTR) return could_not("write");
    }
  }
  ::kill(-program.pid, SIGKILL);  // its leftover processes; it is not reaped yet, so the group still has its number
  int status = 0;
  while (::waitpid(program.pid, &status, 0) < 0)
    if (errno != EINTR) return could_not("wait");
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotSetUp) return {NoticeResult::BadConfig, "the program could not be started"};
  return from_exit_status(status);
}

}  // namespace ghost::announce
