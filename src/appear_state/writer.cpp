// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace ghost::appear_state {
namespace {

// In the child. Nothing of ghostd's stays open in it: a TUN that a hanging disk keeps could not be made again.
[[noreturn]] void work(const Writer::Save& save, int problem, int after) {
  ::prctl(PR_SET_NAME, "ghostd-write");
  ::dup2(problem, STDIN_FILENO);
  if (after >= 0) ::dup2(after, STDOUT_FILENO);
  ::syscall(SYS_close_range, 3U, UINT_MAX, 0U);
  if (after >= 0) {  // the process of that pidfd
    pollfd earlier{STDOUT_FILENO, POLLIN, 0};
    while (::poll(&earlier, 1, -1) < 0 && errno == EINTR) {}
  }
  try {
    const auto saved = save();
    if (saved) ::_exit(0);
    [[maybe_unused]] const auto n = ::write(STDIN_FILENO, saved.error().data(), std::min<std::size_t>(saved.error().size(), PIPE_BUF));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the status says it
  }
  ::_exit(1);
}

}  // namespace

Writer::Writer(loop::EventLoop& loop, Save save, Done done)
    : loop_(loop), save_(std::move(save)), done_(std::move(done)) {}

Writer::~Writer() {
  if (!again_) return;
  // Not before the one that runs, which is not reaped yet: its pid is its own.
  UniqueFd after;
  if (child_) after.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  start(std::move(after));
}

void Writer::write() {
  if (child_) again_ = true;
  else start({});
}

void Writer::start(UniqueFd after) {
  again_ = false;
  std::array<int, 2> fds{-1, -1};
  pid_t pid = -1;
  if (::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) == 0) pid = ::fork();
  UniqueFd read_end(fds[0]);
  const UniqueFd write_end(fds[1]);
  if (pid == 0) work(save_, write_end.get(), after.get());
  if (pid < 0) {
    const std::string why = std::string("a process to write it: ") + std::strerror(errno);
    failed_ = loop::DeferSource(loop_, [this, why] { done_(why); });
    return failed_.run_soon();
  }
  pid_ = pid;
  problem_ = std::move(read_end);
  child_ = loop::ChildSource(loop_, pid, [this](const siginfo_t& how) { ended(how); }, loop::ChildSource::AtTheEnd::leave);
}

void Writer::ended(const siginfo_t& how) {
  std::optional<std::string> problem;
  if (how.si_code != CLD_EXITED || how.si_status != 0) {
    std::array<char, PIPE_BUF> text{};
    const auto n = ::read(problem_.get(), text.data(), text.size());
    problem = n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : "the process that wrote it did not end well";
  }
  problem_.reset();
  child_.reset();
  if (again_) start({});
  done_(problem);
}

}  // namespace ghost::appear_state
