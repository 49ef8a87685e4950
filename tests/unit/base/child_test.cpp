// SPDX-License-Identifier: GPL-2.0-or-later
// What a child is born with, as the kernel says it: it is asked by a shell that is the child.
#include "base/child.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <thread>

#include "base/unique_fd.hpp"

namespace ghost {
namespace {

struct Said {
  std::string text;
  int status = -1;
};

// Runs the script, or the plan's own argv, as the child; what it wrote to `out`.
Said said_by(const std::string& script, ChildPlan plan = {}) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  if (plan.argv.empty()) plan.argv = {"/bin/sh", "-c", script};
  plan.out = theirs.get();
  const auto pid = start_child(plan);
  theirs.reset();
  if (!pid) return {};
  Said said;
  std::array<char, 4096> bytes{};
  for (ssize_t n = 0; (n = ::read(ours.get(), bytes.data(), bytes.size())) > 0;)
    said.text.append(bytes.data(), static_cast<std::size_t>(n));
  ::waitpid(*pid, &said.status, 0);
  return said;
}

TEST(Child, HasNoDescriptorsButItsThree) {
  const UniqueFd leaked(::open("/dev/null", O_RDONLY));  // no O_CLOEXEC
  ASSERT_GT(leaked.get(), 2);
  // The shell's own, for the list, is the next free one.
  EXPECT_EQ(said_by("for fd in /proc/$$/fd/*; do [ ${fd##*/} -gt 2 ] && [ -e $fd ] && echo ${fd##*/}; done; :").text, "");
}

TEST(Child, ReadsNothingUnlessSomethingIsGiven) {
  EXPECT_EQ(said_by("readlink /proc/$$/fd/0").text, "/dev/null\n");
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd theirs(ends[0]);
  UniqueFd ours(ends[1]);
  ASSERT_EQ(::write(ours.get(), "job", 3), 3);
  ours.reset();
  ChildPlan plan;
  plan.in = theirs.get();
  EXPECT_EQ(said_by("cat", plan).text, "job");
}

TEST(Child, BlocksAndIgnoresNoSignal) {
  sigset_t blocked, before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  struct sigaction ignore{}, was{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &was);
  // Not by a shell, because dash(1) unblocks all signals.
  for (const int dies_with_us : {0, SIGTERM}) {
    ChildPlan plan;
    plan.argv = {"/bin/grep", "-E", "SigBlk|SigIgn", "/proc/self/status"};
    plan.dies_with_us = dies_with_us;
    const auto text = said_by({}, plan).text;
    for (const std::string word : {"SigBlk:", "SigIgn:"}) {
      const auto at = text.find(word);
      ASSERT_NE(at, std::string::npos) << text;
      // Two are glibc's own, which nobody can send it: 32 and 33.
      EXPECT_EQ(std::strtoull(text.c_str() + at + word.size(), nullptr, 16) & ~0x180000000ULL, 0U) << word << dies_with_us;
    }
  }
  ::sigaction(SIGPIPE, &was, nullptr);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST(Child, HasTheEnvironmentThatIsMeant) {
  ::setenv("GHOSTD_TEST_WORD", "ours", 1);
  EXPECT_EQ(said_by("echo \"$GHOSTD_TEST_WORD\"").text, "ours\n");
  ChildPlan plan;
  plan.environment = plain_environment();
  EXPECT_EQ(said_by("echo \"$GHOSTD_TEST_WORD$LC_ALL\"", plan).text, "C\n");
  ::unsetenv("GHOSTD_TEST_WORD");
}

TEST(Child, LeadsASessionOfItsOwnIfItShall) {
  const auto leads = "[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo yes || echo no";
  EXPECT_EQ(said_by(leads).text, "no\n");
  ChildPlan plan;
  plan.own_session = true;
  EXPECT_EQ(said_by(leads, plan).text, "yes\n");
}

// A process of ours starts the child and is killed, which leaves no time to tell it.
TEST(Child, EndsWithUsIfItShall) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const auto parent = fork_child({.in = {}, .out = theirs.get(), .err = {}}, [] {
    ChildPlan plan;
    plan.argv = {"/bin/sh", "-c", "echo $$; exec sleep 1000"};
    plan.dies_with_us = SIGTERM;
    const auto child = start_child(plan);
    ::close(STDOUT_FILENO);  // the child alone keeps the pipe open
    ::waitpid(child.value_or(-1), nullptr, 0);
    return 0;
  });
  ASSERT_TRUE(parent);
  theirs.reset();
  std::array<char, 16> bytes{};
  ASSERT_GT(::read(ours.get(), bytes.data(), bytes.size() - 1), 1);
  const auto child = static_cast<pid_t>(std::strtol(bytes.data(), nullptr, 10));
  ASSERT_GT(child, 1);
  ::kill(*parent, SIGKILL);
  ::waitpid(*parent, nullptr, 0);
  pollfd ended{ours.get(), POLLIN, 0};
  if (::poll(&ended, 1, 10'000) == 1) return;
  ADD_FAILURE() << "it lives";
  ::kill(child, SIGKILL);
}

TEST(Child, ThatEndsWithUsIsBornLikeOthers) {
  const UniqueFd leaked(::open("/dev/null", O_RDONLY));  // no O_CLOEXEC
  ChildPlan plan;
  plan.dies_with_us = SIGTERM;
  plan.own_session = true;
  plan.environment = {"WORD=its"};
  const auto said = said_by(
      "for fd in /proc/$$/fd/*; do [ ${fd##*/} -gt 2 ] && [ -e $fd ] && echo ${fd##*/}; done; /bin/readlink /proc/$$/fd/0; echo $WORD;"
      "[ \"$(/usr/bin/cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo leads",
      plan);
  EXPECT_EQ(said.text, "/dev/null\nits\nleads\n");
}

TEST(Fork, WorksWithWhatItIsGivenAndExitsWithTheResult) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const auto pid = fork_child({.name = "ghost-test", .in = {}, .out = theirs.get(), .err = {}, .own_group = true}, [&] {
    std::array<char, 16> name{};
    ::prctl(PR_GET_NAME, name.data());
    const bool closed = ::fcntl(ours.get(), F_GETFD) < 0;
    return report(
        tl::unexpected(std::string(name.data()) + (closed ? " closed" : " open") + (::getpgrp() == ::getpid() ? " leads" : "")));
  });
  ASSERT_TRUE(pid);
  theirs.reset();
  std::array<char, 256> bytes{};
  const auto n = ::read(ours.get(), bytes.data(), bytes.size());
  EXPECT_EQ(std::string(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))), "ghost-test closed leads");
  int status = 0;
  ::waitpid(*pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST(Fork, HasClosedTheRestWhenItReturnsIfItShall) {
  for (int i = 0; i < 50; ++i) {
    std::array<int, 2> ends{}, held{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(::pipe2(held.data(), O_CLOEXEC), 0);
    const UniqueFd ours(ends[0]), theirs(held[0]);
    UniqueFd other(ends[1]), until(held[1]);
    const auto pid = fork_child({.in = theirs.get(), .out = {}, .err = {}, .waits_for_closes = true}, [] {
      char none = 0;
      return static_cast<int>(::read(STDIN_FILENO, &none, 1));
    });
    ASSERT_TRUE(pid);
    other.reset();  // the last one, although the child lives
    char none = 0;
    EXPECT_EQ(::read(ours.get(), &none, 1), 0);
    until.reset();
    int status = -1;
    ::waitpid(*pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
}

TEST(Fork, AnExceptionEndsItAsAFailure) {
  const auto pid = fork_child({}, []() -> int { throw std::bad_alloc(); });
  ASSERT_TRUE(pid);
  int status = 0;
  ::waitpid(*pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST(ForkDeathTest, IsOnlyForAProcessWithOneThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        std::thread other([] { ::pause(); });
        other.detach();
        (void)fork_child({}, [] { return 0; });
      },
      "only_thread");
}

TEST(Child, ThatCannotBeExecutedIsAnError) {
  ChildPlan plan;
  plan.argv = {"/nowhere/program"};
  EXPECT_EQ(start_child(plan), tl::unexpected(ENOENT));
}

}  // namespace
}  // namespace ghost
