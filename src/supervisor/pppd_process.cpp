// SPDX-License-Identifier: GPL-2.0-or-later
#include "supervisor/pppd_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace ghost::supervisor {
namespace {

void check(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

struct FileActions {
  posix_spawn_file_actions_t value{};
  FileActions() { check(posix_spawn_file_actions_init(&value), "posix_spawn_file_actions_init"); }
  ~FileActions() { posix_spawn_file_actions_destroy(&value); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
};

struct Attributes {
  posix_spawnattr_t value{};
  Attributes() { check(posix_spawnattr_init(&value), "posix_spawnattr_init"); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

}  // namespace

tl::expected<PppdProcess, std::string> start_pppd(const std::vector<std::string>& argv) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) check(errno, "pipe2");
  PppdProcess process{-1, UniqueFd(ends[0])};
  const UniqueFd theirs(ends[1]);
  // Only our end: pppd and chat write to theirs as to a terminal.
  if (::fcntl(process.log.get(), F_SETFL, O_NONBLOCK) < 0) check(errno, "fcntl(F_SETFL)");

  FileActions actions;
  check(posix_spawn_file_actions_addopen(&actions.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0), "posix_spawn: stdin");
  check(posix_spawn_file_actions_adddup2(&actions.value, theirs.get(), STDOUT_FILENO), "posix_spawn: stdout");
  check(posix_spawn_file_actions_adddup2(&actions.value, theirs.get(), STDERR_FILENO), "posix_spawn: stderr");

  // Ours are all O_CLOEXEC; whoever started us may have been less careful.
  check(posix_spawn_file_actions_addclosefrom_np(&actions.value, STDERR_FILENO + 1), "posix_spawn: closefrom");

  Attributes attributes;
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  check(posix_spawnattr_setsigmask(&attributes.value, &none), "posix_spawnattr_setsigmask");
  check(posix_spawnattr_setsigdefault(&attributes.value, &all), "posix_spawnattr_setsigdefault");
  // pppd signals its whole process group when it ends: that must not be ours.
  check(posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
        "posix_spawnattr_setflags");

  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execve(2) does not write
  words.push_back(nullptr);
  char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char language[] = "LC_ALL=C";  // the log is read by its words
  char* environment[] = {path, language, nullptr};

  const int error = ::posix_spawn(&process.pid, words[0], &actions.value, &attributes.value, words.data(), environment);
  if (error != 0) return tl::unexpected<std::string>(argv[0] + ": " + std::strerror(error));
  return process;
}

}  // namespace ghost::supervisor
