// SPDX-License-Identifier: GPL-2.0-or-later
// What a child is born with, as the kernel says it: it is asked by a shell that is the child.
#include "base/child.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.hpp"

namespace ghost {
namespace {

struct Said {
  std::string text;
  int status = -1;
};

// Runs the script as the child; what it wrote to `out`.
Said said_by(const std::string& script, ChildPlan plan = {}) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  plan.argv = {"/bin/sh", "-c", script};
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
  // Two are glibc's own, which nobody can send it: 32 and 33.
  const auto said = said_by(
      "while read name mask; do case $name in SigBlk: | SigIgn:) echo $name $((0x$mask & ~0x180000000));; esac; done < /proc/$$/status");
  ::sigaction(SIGPIPE, &was, nullptr);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(said.text, "SigBlk: 0\nSigIgn: 0\n");
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

TEST(Child, ThatCannotBeExecutedIsAnError) {
  ChildPlan plan;
  plan.argv = {"/nowhere/program"};
  EXPECT_EQ(start_child(plan), tl::unexpected(ENOENT));
}

}  // namespace
}  // namespace ghost
