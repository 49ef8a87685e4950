// SPDX-License-Identifier: GPL-2.0-or-later
// The program itself: arguments, the service manager's socket, real files, signals, exit status.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

std::string me() { return ::getpwuid(::getuid())->pw_name; }

bool await(const std::function<bool()>& done) {
  const auto deadline = loop::now() + 10s;
  while (!done()) {
    if (loop::now() > deadline) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

class RunningProgram {
 public:
  // `listener`: handed over as the service manager does; -1: none.
  RunningProgram(std::vector<std::string> arguments, int listener) {
    arguments.insert(arguments.begin(), GHOST_SUPERVISOR);
    pid_ = ::fork();
    if (pid_ != 0) return;
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::unsetenv("NOTIFY_SOCKET");
    if (listener >= 0) {
      const int copy = ::dup(listener);  // dup2() onto itself would leave O_CLOEXEC on
      ::dup2(copy, 3);
      ::setenv("LISTEN_FDS", "1", 1);
      ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    }
    std::vector<char*> words;
    for (auto& a : arguments) words.push_back(a.data());
    words.push_back(nullptr);
    ::execv(GHOST_SUPERVISOR, words.data());
    ::_exit(99);
  }
  ~RunningProgram() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void term() const { ::kill(pid_, SIGTERM); }
  // The exit status; -1 if it did not come, or was a signal.
  int wait() {
    int status = 0;
    if (!await([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) return -1;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t pid_ = -1;
};

std::string next(const UniqueFd& client) {
  std::string text;
  return await([&] { return !(text = receive(client)).empty(); }) ? text : "nothing came";
}

}  // namespace

TEST(Program, CallsALinkOfRealFilesAndHangsUpOnSigterm) {
  TempDir dir;
  write_fake_pppd(dir);
  dir.write("peers/isp", "say 'Connect: x <--> y'; say 'local  IP address 10.0.0.2'; say 'remote IP address 10.0.0.1'; obey");
  dir.write("links/isp.conf", "[Link]\nPeer=isp\n");
  const auto listener = listen_at(dir.path() + "/socket");
  RunningProgram program(
      {"--user", me(), "--links", dir.path() + "/links", "--peers", dir.path() + "/peers", "--pppd", dir.path() + "/pppd"},
      listener.get());
  const auto client = connect_to(dir.path() + "/socket");
  send_text(client, "dial nope 6");
  EXPECT_EQ(next(client), "gone nope 6 ConfigError no link \"nope\" is configured");
  send_text(client, "dial isp 7");
  EXPECT_THAT(next(client), StartsWith("started isp 7"));
  EXPECT_EQ(next(client), "address isp 7 local=10.0.0.2 remote=10.0.0.1");
  program.term();
  EXPECT_THAT(next(client), StartsWith("gone isp 7 HungUp"));
  EXPECT_EQ(program.wait(), 0);
}

TEST(Program, ABadFileIsToldWithItsLine) {
  TempDir dir;
  write_fake_pppd(dir);
  dir.write("links/isp.conf", "[Link]\nPeer=isp\nColour=blue\n");
  const auto listener = listen_at(dir.path() + "/socket");
  RunningProgram program({"--user", me(), "--links", dir.path() + "/links", "--pppd", dir.path() + "/pppd"}, listener.get());
  const auto client = connect_to(dir.path() + "/socket");
  send_text(client, "dial isp 1");
  const auto gone = next(client);
  EXPECT_THAT(gone, StartsWith("gone isp 1 ConfigError "));
  EXPECT_THAT(gone, HasSubstr("isp.conf:3:"));
}

TEST(Program, AnotherLinksFaultKeepsNobodyFromTheNet) {
  TempDir dir;
  write_fake_pppd(dir);
  dir.write("peers/isp", "obey");
  dir.write("links/isp.conf", "[Link]\nPeer=isp\n");
  dir.write("links/bad.conf", "[Link]\nColour=blue\n");
  const auto listener = listen_at(dir.path() + "/socket");
  RunningProgram program({"--user", me(), "--links", dir.path() + "/links", "--pppd", dir.path() + "/pppd"}, listener.get());
  const auto client = connect_to(dir.path() + "/socket");
  send_text(client, "dial isp 1");
  EXPECT_THAT(next(client), StartsWith("started isp 1"));
  send_text(client, "dial bad 2");
  EXPECT_THAT(next(client), HasSubstr("bad.conf:2:"));
  // A link without a file is answered before any file is read.
  send_text(client, "dial nope 3");
  EXPECT_EQ(next(client), "gone nope 3 ConfigError no link \"nope\" is configured");
  program.term();
  EXPECT_THAT(next(client), StartsWith("gone isp 1 HungUp"));
  EXPECT_EQ(program.wait(), 0);
}

TEST(Program, LeavesByItselfAndIsStartedAgainOnTheSameSocket) {
  TempDir dir;
  const auto listener = listen_at(dir.path() + "/socket");
  for (int i = 0; i < 2; ++i) {
    RunningProgram program({"--user", me(), "--idle", "0", "--links", dir.path()}, listener.get());
    EXPECT_EQ(program.wait(), 0);
  }
  // A request that came while no supervisor ran waits for the next one.
  const auto client = connect_to(dir.path() + "/socket");
  send_text(client, "list");
  RunningProgram program({"--user", me(), "--idle", "1", "--links", dir.path()}, listener.get());
  EXPECT_EQ(next(client), "listed");
}

TEST(Program, ListensByItselfForTests) {
  TempDir dir;
  const auto path = dir.path() + "/own";
  RunningProgram program({"--user", me(), "--socket", path, "--links", dir.path()}, -1);
  ASSERT_TRUE(await([&] { return ::access(path.c_str(), W_OK) == 0; }));
  UniqueFd client;
  ASSERT_TRUE(await([&] {
    try {
      client = connect_to(path);
      return true;
    } catch (const std::runtime_error&) {
      return false;  // bound, not yet listening
    }
  }));
  send_text(client, "list");
  EXPECT_EQ(next(client), "listed");
}

TEST(Program, RefusesToRunWithoutASocketOrAUser) {
  EXPECT_EQ(RunningProgram({"--user", me()}, -1).wait(), 1);
  TempDir dir;
  EXPECT_EQ(RunningProgram({"--user", "no-such-user-here", "--socket", dir.path() + "/s"}, -1).wait(), 1);
  EXPECT_EQ(RunningProgram({"--idle", "soon"}, -1).wait(), 64);
  EXPECT_EQ(RunningProgram({"word"}, -1).wait(), 64);
  EXPECT_EQ(RunningProgram({"--help"}, -1).wait(), 0);
}
