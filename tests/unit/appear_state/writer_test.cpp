// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "appear_state/left.hpp"

using namespace ghost;
using namespace ghost::appear_state;
using namespace std::chrono_literals;

namespace {

bool await(loop::EventLoop& loop, const std::function<bool()>& done) {
  const auto deadline = loop::now() + 10s;
  while (!done() && loop::now() < deadline)
    if (!loop.turn(100ms)) break;
  return done();
}

// A disk that takes nothing before it is let, shared with the processes that write to it.
struct Disk {
  volatile bool let = false;
  volatile int holds = 0, writes = 0;
};

class StateWriter : public testing::Test {
 protected:
  StateWriter() : disk(*new(::mmap(nullptr, sizeof(Disk), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Disk) {}
  ~StateWriter() override { ::munmap(&disk, sizeof(Disk)); }

  std::unique_ptr<Writer> writer() { return writer(loop); }
  std::unique_ptr<Writer> writer(loop::EventLoop& in, std::chrono::seconds life = Writer::kLife) {
    return std::make_unique<Writer>(
        in,
        [this]() -> tl::expected<void, std::string> {
          const auto snapshot = value;
          for (int i = 0; i < 1000 && !disk.let; ++i) ::poll(nullptr, 0, 10);
          if (snapshot < 0) return tl::unexpected(std::string("the disk is full"));
          disk.holds = snapshot;
          disk.writes = disk.writes + 1;
          return {};
        },
        [this](const std::optional<std::string>& problem) {
          ++ended;
          if (problem) said = *problem;
        },
        life);
  }

  loop::EventLoop loop;
  Disk& disk;
  int value = 0, ended = 0;
  std::string said;
};

}  // namespace

TEST_F(StateWriter, TheLoopDoesNotWaitForTheDisk) {
  const auto w = writer();
  value = 1;
  const auto begun = loop::now();
  w->write();
  int turned = 0;
  loop::Timer timer(loop, [&] {
    if (++turned < 5) timer.arm(loop::now() + 10ms);
  });
  timer.arm(loop::now() + 10ms);
  ASSERT_TRUE(await(loop, [&] { return turned == 5; }));
  EXPECT_LT(loop::now() - begun, 5s);
  EXPECT_TRUE(w->busy());
  EXPECT_EQ(disk.writes, 0);
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return !w->busy(); }));
  EXPECT_EQ(disk.holds, 1);
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(said, "");
}

TEST_F(StateWriter, WhatCameMeanwhileIsWrittenOnce) {
  const auto w = writer();
  for (value = 1; value < 100; ++value) w->write();
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return !w->busy(); }));
  EXPECT_EQ(disk.holds, 100);
  EXPECT_EQ(disk.writes, 2);
  EXPECT_EQ(ended, 2);
}

TEST_F(StateWriter, AProblemIsTold) {
  const auto w = writer();
  disk.let = true;
  value = -1;
  w->write();
  ASSERT_TRUE(await(loop, [&] { return ended == 1; }));
  EXPECT_EQ(said, "the disk is full");
  value = 2;
  w->write();
  ASSERT_TRUE(await(loop, [&] { return ended == 2; }));
  EXPECT_EQ(disk.holds, 2);
}

// As at a stop: SIGTERM comes to all processes, and ghostd ends with its loop.
TEST_F(StateWriter, WhatWasAskedForIsWrittenAfterTheEnd) {
  const pid_t ghostd = ::fork();
  if (ghostd == 0) {
    ::setpgid(0, 0);
    loop::EventLoop its;
    const loop::SignalSource term(its, SIGTERM, [](const signalfd_siginfo&) {});
    {
      const auto w = writer(its);
      for (value = 1; value < 8; ++value) w->write();
      its.exit(0);
      its.run();  // it is over, and takes no child any more
    }
    ::_exit(0);
  }
  ::setpgid(ghostd, ghostd);
  int status = 0;
  ASSERT_EQ(::waitpid(ghostd, &status, 0), ghostd);
  ASSERT_EQ(status, 0);
  ::kill(-ghostd, SIGTERM);
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return disk.writes == 2; }));
  EXPECT_EQ(disk.holds, 8) << "an older one came last";
}

TEST_F(StateWriter, NothingOfOursStaysOpenInIt) {
  int fds[2] = {-1, -1};
  ASSERT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  const UniqueFd read_end(fds[0]);
  UniqueFd write_end(fds[1]);
  const auto w = writer();
  w->write();
  write_end.reset();
  pollfd p{read_end.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&p, 1, 10'000), 1);
  EXPECT_TRUE(p.revents & POLLHUP);
  EXPECT_TRUE(w->busy());
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return !w->busy(); }));
}

TEST_F(StateWriter, WhatFailedIsTriedAgainAndLaterEachTime) {
  const auto w = writer();
  disk.let = true;
  value = -1;
  w->write();
  ASSERT_TRUE(await(loop, [&] { return ended == 1; }));
  EXPECT_TRUE(w->busy()) << "what was asked for is not on disk";
  const auto first = loop::now();
  ASSERT_TRUE(await(loop, [&] { return ended == 2; }));
  const auto second = loop::now();
  value = 3;
  ASSERT_TRUE(await(loop, [&] { return ended == 3; }));
  const auto third = loop::now();
  EXPECT_EQ(disk.holds, 3);
  EXPECT_GE(second - first, 1s);
  EXPECT_GE(third - second, 2s);
}

// The kernel has no process for the second write, which the end of the first begins.
TEST_F(StateWriter, AWriteThatCouldNotBeginIsNotDone) {
  const auto w = writer();
  value = 1;
  w->write();
  value = 2;
  w->write();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);  // no pipe for it
  disk.let = true;
  const bool first = await(loop, [&] { return ended >= 1; });
  const bool busy = w->busy();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(first);
  EXPECT_TRUE(busy);
  ASSERT_TRUE(await(loop, [&] { return !w->busy(); }));
  EXPECT_EQ(disk.holds, 2);
}

TEST_F(StateWriter, OneThatIsKilledIsTriedAgain) {
  const auto w = writer();
  value = 4;
  w->write();
  const auto children = "/proc/self/task/" + std::to_string(::gettid()) + "/children";
  pid_t child = -1, one = -1;
  for (std::ifstream in(children); in >> one;) child = one;  // the youngest
  ASSERT_GT(child, 0);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_TRUE(await(loop, [&] { return ended == 1; }));
  EXPECT_NE(said, "");
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return ended == 2; }));
  EXPECT_EQ(disk.holds, 4);
}

TEST_F(StateWriter, WhatFailedIsTriedOnceMoreAtTheEnd) {
  auto w = writer();
  disk.let = true;
  value = -1;
  w->write();
  ASSERT_TRUE(await(loop, [&] { return ended == 1; }));
  value = 5;
  w.reset();
  ASSERT_TRUE(await(loop, [&] { return disk.holds == 5; }));
}

// systemd starts no ghostd while a process of the last one is there, and SIGTERM it does not hear.
TEST_F(StateWriter, OneThatHangsEndsByItself) {
  const auto w = writer(loop, 1s);
  const auto begun = loop::now();
  w->write();
  ASSERT_TRUE(await(loop, [&] { return ended == 1; }));
  EXPECT_LT(loop::now() - begun, 5s);
  EXPECT_EQ(said, "the disk took too long");
  EXPECT_EQ(disk.writes, 0);
  disk.let = true;
}

TEST_F(StateWriter, WhoReadsWaitsForWhatIsLeft) {
  auto slow = std::make_unique<Writer>(
      loop,
      [this]() -> tl::expected<void, std::string> {
        ::poll(nullptr, 0, 100);
        disk.writes = disk.writes + 1;
        return {};
      },
      [](const auto&) {});
  slow->write();
  slow->write();
  slow.reset();
  await_left();
  EXPECT_EQ(disk.writes, 2);
}

TEST_F(StateWriter, WhoReadsDoesNotWaitForADiskThatHangs) {
  auto w = writer();
  w->write();
  w.reset();
  const auto begun = loop::now();
  await_left();
  EXPECT_LT(loop::now() - begun, 5s);
  EXPECT_EQ(disk.writes, 0);
  const auto again = loop::now();
  await_left();
  EXPECT_LT(loop::now() - again, 1s) << "each who reads would wait anew";
  disk.let = true;
  ASSERT_TRUE(await(loop, [&] { return disk.writes == 1; }));
}
