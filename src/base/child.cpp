// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

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

}  // namespace

std::vector<std::string> plain_environment() {
  return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
}

tl::expected<pid_t, int> start_child(const ChildPlan& plan) {
  Spawn spawn;
  spawn.descriptors(plan);
  spawn.signals_and_session(plan.own_session);
  const auto words = plan.environment.value_or(std::vector<std::string>());
  auto argv = pointers(plan.argv), environment = pointers(words);
  return spawn.start(argv.data(), plan.environment ? environment.data() : environ);
}

}  // namespace ghost
