// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "appear_state/left.hpp"
#include "base/child.hpp"
#include "core/time.hpp"

namespace ghost::appear_state {
namespace {

constexpr core::Duration kFirstDelay = std::chrono::seconds(1);
constexpr core::Duration kLongestDelay = std::chrono::minutes(1);

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

// Runs in the child, of which standard input is the pidfd of the process to wait for, if any.
int work(const Writer::Save& save, bool after, std::chrono::seconds life) {
  end_after(life);
  if (after) {
    pollfd earlier{STDIN_FILENO, POLLIN, 0};
    while (::poll(&earlier, 1, -1) < 0 && errno == EINTR) {
    }
    end_after(life);
  }
  return report(save());
}

}  // namespace

Writer::Writer(loop::EventLoop& loop, Save save, Done done, std::chrono::seconds life)
    : loop_(loop), save_(std::move(save)), done_(std::move(done)), life_(life), retry_(loop, [this] { write(); }) {}

Writer::~Writer() {
  // Not before the running process has ended. It is not reaped yet, so its pid is still its own.
  // The loop may have ended. So no code of ghostd waits for this child.
  if (again_ || owed_)
    if (const auto pid = spawn(child_ ? pidfd(pid_) : UniqueFd())) leave(pidfd(*pid));
  if (child_) leave(pidfd(pid_));
}

void Writer::write() {
  if (child_) again_ = true;
  else start();
}

// No descriptor of ghostd stays open in it, because a TUN that a hanging child keeps open could not be made again.
tl::expected<pid_t, int> Writer::spawn(UniqueFd after) {
  std::array<int, 2> fds{-1, -1};
  if (::pipe2(fds.data(), O_CLOEXEC | O_NONBLOCK) != 0) return tl::unexpected(errno);
  problem_ = UniqueFd(fds[0]);
  const UniqueFd write_end(fds[1]);
  ForkPlan plan{.name = "ghostd-write", .in = {}, .out = write_end.get(), .err = {}};
  if (after) plan.in = after.get();
  return fork_child(plan, [this, waits = bool(after)] { return work(save_, waits, life_); });
}

void Writer::start() {
  again_ = owed_ = false;
  retry_.disarm();
  const auto pid = spawn({});
  if (!pid) {
    const std::string why = std::string("cannot start a process to write it: ") + std::strerror(pid.error());
    failed();
    no_process_ = loop::DeferSource(loop_, [this, why] { done_(why); });
    return no_process_.run_soon();
  }
  pid_ = *pid;
  child_ = loop::ChildSource(loop_, pid_, [this](const siginfo_t& how) { ended(how); }, loop::ChildSource::AtTheEnd::leave);
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
