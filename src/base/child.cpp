// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <climits>

#include "base/unique_fd.hpp"

namespace ghost {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execve(2) does not write
  out.push_back(nullptr);
  return out;
}

// Both objects of posix_spawn(3), and the first error in making them.
class Spawn {
 public:
  Spawn() : error_(::posix_spawn_file_actions_init(&files_)) {
    if (error_ != 0) return;
    error_ = ::posix_spawnattr_init(&attributes_);
    if (error_ != 0) ::posix_spawn_file_actions_destroy(&files_);
    ready_ = error_ == 0;
  }
  ~Spawn() {
    if (!ready_) return;
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  void descriptors(const ChildPlan& plan) {
    if (!ready_) return;
    if (plan.in) note(::posix_spawn_file_actions_adddup2(&files_, *plan.in, STDIN_FILENO));
    else note(::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    if (plan.out) note(::posix_spawn_file_actions_adddup2(&files_, *plan.out, STDOUT_FILENO));
    if (plan.err) note(::posix_spawn_file_actions_adddup2(&files_, *plan.err, STDERR_FILENO));
    note(::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1));
  }
  void signals_and_session(bool own_session) {
    if (!ready_) return;
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    note(::posix_spawnattr_setsigmask(&attributes_, &none));
    note(::posix_spawnattr_setsigdefault(&attributes_, &all));
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_session ? POSIX_SPAWN_SETSID : 0);
    note(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
  }
  [[nodiscard]] tl::expected<pid_t, int> start(char** argv, char** environment) {
    pid_t pid = -1;
    if (ready_) note(::posix_spawn(&pid, argv[0], &files_, &attributes_, argv, environment));
    if (error_ != 0) return tl::unexpected(error_);
    return pid;
  }

 private:
  void note(int error) {
    if (error_ == 0) error_ = error;
  }
  int error_;
  bool ready_ = false;
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

bool only_thread() {
  struct stat tasks{};
  return ::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink <= 3;  // ".", its own entry, and one thread
}

bool set_descriptors(const ForkPlan& plan) {
  const int in = plan.in ? *plan.in : ::open("/dev/null", O_RDONLY);  // a standard one, or closed below
  return ::dup2(in, STDIN_FILENO) >= 0 && (!plan.out || ::dup2(*plan.out, STDOUT_FILENO) >= 0) &&
         (!plan.err || ::dup2(*plan.err, STDERR_FILENO) >= 0) && ::close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
}

void await_end(int pipe) {
  char none = 0;
  while (::read(pipe, &none, 1) < 0 && errno == EINTR) {
  }
}

bool set_up(const ForkPlan& plan, pid_t parent) {
  if (!set_descriptors(plan)) return false;
  if (plan.name != nullptr) ::prctl(PR_SET_NAME, plan.name);
  if (plan.own_group && ::setpgid(0, 0) != 0) return false;
  // It may have ended already.
  return plan.dies_with_us == 0 || (::prctl(PR_SET_PDEATHSIG, plan.dies_with_us, 0, 0, 0) == 0 && ::getppid() == parent);
}

int execute(bool own_session, char** argv, char** environment) {
  if (own_session) ::setsid();
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(argv[0], argv, environment);
  return kNotSetUp;
}

}  // namespace

std::vector<std::string> plain_environment() {
  return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
}

tl::expected<pid_t, int> start_child(const ChildPlan& plan) {
  const auto words = plan.environment.value_or(std::vector<std::string>());
  auto argv = pointers(plan.argv), environment = pointers(words);
  char** const its = plan.environment ? environment.data() : environ;
  if (plan.dies_with_us != 0)
    return fork_child({.in = plan.in, .out = plan.out, .err = plan.err, .dies_with_us = plan.dies_with_us},
                      [&] { return execute(plan.own_session, argv.data(), its); });
  Spawn spawn;
  spawn.descriptors(plan);
  spawn.signals_and_session(plan.own_session);
  return spawn.start(argv.data(), its);
}

tl::expected<pid_t, int> fork_child(const ForkPlan& plan, const std::function<int()>& work) {
  assert(only_thread());
  std::array<int, 2> ends{-1, -1};
  if (plan.waits_for_closes && ::pipe2(ends.data(), O_CLOEXEC) != 0) return tl::unexpected(errno);
  UniqueFd ours(ends[0]), theirs(ends[1]);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return tl::unexpected(errno);
  if (pid > 0) {
    theirs.reset();
    if (ours) await_end(ours.get());  // it closes its end with the others
    return pid;
  }
  if (!set_up(plan, parent)) ::_exit(kNotSetUp);
  int status = 1;
  try {
    status = work();
  } catch (...) {  // NOLINT(bugprone-empty-catch): the status says it
  }
  ::_exit(status);
}

int report(const tl::expected<void, std::string>& done) {
  if (done) return 0;
  const auto& text = done.error();
  [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
  return 1;
}

}  // namespace ghost
