// SPDX-License-Identifier: GPL-2.0-or-later
// Each try is a process of its own that closes its sandbox and then does one thing.
#include "ghost-announce/sandbox.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace ghost::announce {
namespace {

using Try = std::function<bool()>;
using Close = std::function<bool()>;

// "done", "failed", or "killed": by the filter.
std::string after(const Close& close, const Try& what) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    if (!give_up_privileges(std::chrono::seconds(5)) || !close()) ::_exit(2);
    ::_exit(what() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGSYS ? "killed" : "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "done" : WEXITSTATUS(status) == 1 ? "failed" : "no sandbox";
}

bool network() { return allow_only(Work::network).has_value(); }
bool file() { return allow_only(Work::file).has_value(); }
bool program() { return deny_to_program().has_value(); }

bool opens(const char* path, int flags) { return ::open(path, flags | O_CLOEXEC, 0600) >= 0; }
bool makes_socket(int family) { return ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0; }
bool forks() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return child > 0;
}
bool runs() {
  ::execl("/bin/true", "true", nullptr);
  return false;
}
bool maps_code() { return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }

TEST(Sandbox, OfTheNetwork) {
  EXPECT_EQ(after(network, [] { return makes_socket(AF_INET) && makes_socket(AF_INET6); }), "done");
  EXPECT_EQ(after(network, [] { return opens("/etc/hosts", O_RDONLY); }), "done");
  EXPECT_EQ(after(network, [] { return makes_socket(AF_UNIX); }), "failed");
  EXPECT_EQ(after(network, [] { return makes_socket(AF_NETLINK); }), "failed");
  EXPECT_EQ(after(network, [] { return makes_socket(AF_PACKET); }), "killed");
  EXPECT_EQ(after(network, [] { return opens("/dev/null", O_WRONLY); }), "killed");
  EXPECT_EQ(after(network, [] { return opens("/tmp/ghost-announce-test-x", O_RDONLY | O_CREAT); }), "killed");
  EXPECT_EQ(after(network, forks), "killed");
  EXPECT_EQ(after(network, runs), "killed");
  EXPECT_EQ(after(network, maps_code), "killed");
  EXPECT_EQ(after(network, [] { return ::kill(::getppid(), 0) == 0; }), "killed");
  EXPECT_EQ(after(network, [] { return ::setuid(0) == 0; }), "killed");
}

TEST(Sandbox, OfAFile) {
  EXPECT_EQ(after(file, [] { return opens("/etc/hosts", O_RDONLY); }), "done");
  EXPECT_EQ(after(file, [] { return opens("/dev/null", O_WRONLY); }), "killed");  // only what is new
  EXPECT_EQ(after(file, [] { return makes_socket(AF_INET); }), "killed");
  EXPECT_EQ(after(file, forks), "killed");
  EXPECT_EQ(after(file, runs), "killed");
}

TEST(Sandbox, OfWhoWaits) {
  const auto waiting = [] { return allow_only_waiting(::getppid()).has_value(); };
  EXPECT_EQ(after(waiting, [] { return opens("/etc/hosts", O_RDONLY); }), "killed");
  EXPECT_EQ(after(waiting, [] { return makes_socket(AF_INET); }), "killed");
  EXPECT_EQ(after(waiting, [] { return ::kill(::getppid(), 0) == 0; }), "killed");  // the group, not the process
  EXPECT_EQ(after(waiting, runs), "killed");
}

TEST(Sandbox, OfAProgram) {
  EXPECT_EQ(after(program, forks), "done");
  EXPECT_EQ(after(program, runs), "done");
  EXPECT_EQ(after(program, [] { return ::unshare(CLONE_NEWUSER) == 0; }), "failed");
}

// Nothing is left that a set-user-ID program or a file of root's could give back.
TEST(Sandbox, PrivilegesAreGone) {
  EXPECT_EQ(after([] { return true; }, [] { return ::socket(AF_PACKET, SOCK_RAW, 0) >= 0; }), "failed");
  EXPECT_EQ(after([] { return true; },
                  [] {
                    return ::mmap(nullptr, 512UL << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
                  }),
            "failed");
}

}  // namespace
}  // namespace ghost::announce
