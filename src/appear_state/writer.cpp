// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "appear_state/left.hpp"
#include "core/time.hpp"

namespace ghost::appear_state {
namespace {

constexpr core::Duration kFirstDelay = std::chrono::seconds(1);
constexpr core::Duration kLongestDelay = std::chrono::minutes(1);

// fork(2) copies only one thread. A lock held by another thread would stay locked in the child, whose C++ code allocates.
bool only_thread() {
  struct stat tasks{};
  return ::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink <= 3;  // ".", its own entry, and one thread
}

// The time counts from now: a process that waits its turn has its own time after that.
void end_after(std::chrono::seconds life) {
  ::signal(SIGALRM, SIG_DFL);
  sigset_t alarm_set;
  ::sigemptyset(&alarm_set);
  ::sigaddset(&alarm_set, SIGALRM);
  ::sigprocmask(SIG_UNBLOCK, &alarm_set, nullptr);
  ::alarm(static_cast<unsigned>(life.count()));
}

UniqueFd pidfd(pid_t pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

// Runs in the child. It closes all descriptors of ghostd, because a TUN that a hanging child keeps open could not be made again.
[[noreturn]] void work(const Writer::Save& save, int problem, int after, std::chrono::seconds life) {
  end_after(life);
  ::prctl(PR_SET_NAME, "ghostd-write");
  ::dup2(problem, STDIN_FILENO);
  if (after >= 0) ::dup2(after, STDOUT_FILENO);
  ::syscall(SYS_close_range, 3U, UINT_MAX, 0U);
  if (after >= 0) {  // the process of that pidfd
    pollfd earlier{STDOUT_FILENO, POLLIN, 0};
    while (::poll(&earlier, 1, -1) < 0 && errno == EINTR) {
    }
    end_after(life);
  }
  try {
    const auto saved = save();
    if (saved) ::_exit(0);
    [[maybe_unused]] const auto n = ::write(STDIN_FILENO, saved.error().data(),
                                            std::min<std::size_t>(saved.error().size(), PIPE_BUF));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the status says it
  }
  ::_exit(1);
}

}  // namespace

Writer::Writer(loop::EventLoop& loop, Save save, Done done, std::chrono::seconds life)
    : loop_(loop), save_(std::move(save)), done_(std::move(done)), life_(life), retry_(loop, [this] { write(); }) {}

Writer::~Writer() {
  // Not before the running process has ended. It is not reaped yet, so its pid is still its own.
  // The loop has ended, maybe, and takes no child any more: nobody of ours waits for this one.
  if (again_ || owed_)
    if (const pid_t pid = spawn(child_ ? pidfd(pid_) : UniqueFd()); pid > 0) leave(pidfd(pid));
  if (child_) leave(pidfd(pid_));
}

void Writer::write() {
  if (child_) again_ = true;
  else start();
}

pid_t Writer::spawn(UniqueFd after) {
  assert(only_thread());
  std::array<int, 2> fds{-1, -1};
  pid_t pid = -1;
  if (::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) == 0) pid = ::fork();
  problem_ = UniqueFd(fds[0]);
  const UniqueFd write_end(fds[1]);
  if (pid == 0) work(save_, write_end.get(), after.get(), life_);
  return pid;
}

void Writer::start() {
  again_ = owed_ = false;
  retry_.disarm();
  const pid_t pid = spawn({});
  if (pid < 0) {
    const std::string why = std::string("cannot start a process to write it: ") + std::strerror(errno);
    failed();
    no_process_ = loop::DeferSource(loop_, [this, why] { done_(why); });
    return no_process_.run_soon();
  }
  pid_ = pid;
  child_ = loop::ChildSource(loop_, pid, [this](const siginfo_t& how) { ended(how); }, loop::ChildSource::AtTheEnd::leave);
}

void Writer::failed() {
  owed_ = true;
  delay_ = std::clamp(2 * delay_, kFirstDelay, kLongestDelay);
  retry_.arm(loop::now() + delay_);
}

void Writer::ended(const siginfo_t& how) {
  std::optional<std::string> problem;
  if (how.si_code != CLD_EXITED || how.si_status != 0) {
    std::array<char, PIPE_BUF> text{};
    const auto n = ::read(problem_.get(), text.data(), text.size());
    if (n > 0) problem = std::string(text.data(), static_cast<std::size_t>(n));
    else problem = how.si_status == SIGALRM ? "the disk took too long" : "the writing process failed";
  }
  problem_.reset();
  child_.reset();
  if (problem) failed();
  else delay_ = {};
  if (again_) start();
  done_(problem);
}

}  // namespace ghost::appear_state
