// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/event_loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "base/unique_fd.hpp"
#include "core/time.hpp"
#include "loop/sources.hpp"

using namespace ghost;
using namespace ghost::loop;
using namespace std::chrono_literals;

namespace {

// Turns the loop until `done`, or until ten seconds have gone.
bool await(EventLoop& loop, const std::function<bool()>& done) {
  const auto deadline = now() + 10s;
  while (!done() && now() < deadline)
    if (!loop.turn(100ms)) break;
  return done();
}

struct Pipe {
  UniqueFd read_end, write_end;
  Pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) throw std::runtime_error("pipe2");
    read_end.reset(fds[0]);
    write_end.reset(fds[1]);
  }
};

pid_t spawn(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    body();
    ::_exit(0);
  }
  return pid;
}

}  // namespace

TEST(Timer, FiresOnceAndNeverEarly) {
  EventLoop loop;
  int fired = 0;
  core::Time at{};
  Timer timer(loop, [&] {
    ++fired;
    at = now();
  });
  const auto deadline = now() + 20ms;
  timer.arm(deadline);
  ASSERT_TRUE(await(loop, [&] { return fired > 0; }));
  EXPECT_GE(at, deadline);
  const auto end = now() + 30ms;
  while (now() < end) loop.turn(5ms);
  EXPECT_EQ(fired, 1);
}

TEST(Timer, IsMadeDisarmedAndCanBeDisarmedAndArmedAgain) {
  EventLoop loop;
  int first = 0, second = 0;
  Timer a(loop, [&] { ++first; });
  Timer b(loop, [&] { ++second; });
  a.arm(now() + 1ms);
  a.disarm();
  b.arm(now() + 10min);
  b.arm(now() - 1s);
  ASSERT_TRUE(await(loop, [&] { return second == 1; }));
  b.arm(now() + 10ms);
  ASSERT_TRUE(await(loop, [&] { return second == 2; }));
  EXPECT_EQ(first, 0);
}

TEST(Source, ACallbackMayDestroyItsOwnSource) {
  EventLoop loop;
  auto witness = std::make_shared<int>(0);  // dies with the callable
  const std::weak_ptr<int> gone = witness;
  bool alive_after_reset = false;
  std::optional<DeferSource> source;
  source.emplace(loop, [&source, &alive_after_reset, witness] {
    source.reset();
    alive_after_reset = witness.use_count() > 0;  // a use after free under ASan, if the callable went with the source
  });
  witness.reset();
  source->run_soon();
  ASSERT_TRUE(await(loop, [&] { return alive_after_reset; }));
  EXPECT_FALSE(source.has_value());
  EXPECT_TRUE(gone.expired());
}

TEST(Source, IsOffWhenTheObjectIsGone) {
  EventLoop loop;
  Pipe p;
  int woken = 0;
  {
    IoSource io(loop, p.read_end.get(), EPOLLIN, [&](std::uint32_t) { ++woken; });
    ASSERT_EQ(::write(p.write_end.get(), "x", 1), 1);
  }
  loop.turn(10ms);
  EXPECT_EQ(woken, 0);
}

TEST(IoSource, IsLevelTriggeredAndObeysItsEvents) {
  EventLoop loop;
  Pipe p;
  int woken = 0;
  std::uint32_t seen = 0;
  IoSource io(loop, p.read_end.get(), EPOLLIN, [&](std::uint32_t revents) {
    ++woken;
    seen = revents;
  });
  ASSERT_EQ(::write(p.write_end.get(), "x", 1), 1);
  ASSERT_TRUE(await(loop, [&] { return woken == 2; }));  // not read: it goes on
  EXPECT_TRUE(seen & EPOLLIN);
  io.set_events(0);
  loop.turn(5ms);
  EXPECT_EQ(woken, 2);
}

TEST(DeferSource, SeveralWishesBeforeTheTurnAreOneRun) {
  EventLoop loop;
  int runs = 0;
  DeferSource defer(loop, [&] { ++runs; });
  loop.turn(0ms);
  EXPECT_EQ(runs, 0);
  defer.run_soon();
  defer.run_soon();
  ASSERT_TRUE(await(loop, [&] { return runs > 0; }));
  loop.turn(5ms);
  EXPECT_EQ(runs, 1);
  defer.run_soon();
  ASSERT_TRUE(await(loop, [&] { return runs == 2; }));
}

TEST(SignalSource, TakesTheSignalInsteadOfDyingOfIt) {
  EventLoop loop;
  std::uint32_t taken = 0;
  SignalSource hup(loop, SIGHUP, [&](const signalfd_siginfo& si) { taken = si.ssi_signo; });
  ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
  ASSERT_TRUE(await(loop, [&] { return taken != 0; }));
  EXPECT_EQ(taken, static_cast<std::uint32_t>(SIGHUP));
}

TEST(ChildSource, TellsTheExitCodeAndReaps) {
  EventLoop loop;
  const pid_t pid = spawn([] { ::_exit(7); });
  std::optional<siginfo_t> end;
  ChildSource child(loop, pid, [&](const siginfo_t& si) { end = si; });
  ASSERT_TRUE(await(loop, [&] { return end.has_value(); }));
  EXPECT_EQ(end->si_code, CLD_EXITED);
  EXPECT_EQ(end->si_status, 7);
  EXPECT_EQ(end->si_pid, pid);
  EXPECT_FALSE(child.kill(SIGTERM));
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
}

TEST(ChildSource, SignalsItsChildAndTellsTheSignalItDiedOf) {
  EventLoop loop;
  const pid_t pid = spawn([] {
    for (;;) ::pause();
  });
  std::optional<siginfo_t> end;
  ChildSource child(loop, pid, [&](const siginfo_t& si) { end = si; });
  EXPECT_TRUE(child.kill(SIGKILL));
  ASSERT_TRUE(await(loop, [&] { return end.has_value(); }));
  EXPECT_EQ(end->si_code, CLD_KILLED);
  EXPECT_EQ(end->si_status, SIGKILL);
}

// The first process of a pid namespace does not end, even by SIGKILL, before every process in it has been reaped. A parent
// outside may reap its child at any time. So this process stays as long as we like, like one that hangs in a dead
// file system. (Needs root.)
TEST(ChildSource, AChildThatDoesNotEndIsNotWaitedFor) {
  EventLoop loop;
  Pipe entered, release;
  clone_args how{};
  how.flags = CLONE_NEWPID;
  how.exit_signal = SIGCHLD;
  const auto child = static_cast<pid_t>(::syscall(SYS_clone3, &how, sizeof how));
  if (child == 0)
    for (;;) ::pause();
  ASSERT_GT(child, 0) << std::strerror(errno);
  const auto await_byte = [](const UniqueFd& fd) {
    pollfd p{fd.get(), POLLIN, 0};
    return ::poll(&p, 1, 10'000) == 1;
  };
  const pid_t holder = spawn([&] {
    release.write_end.reset();
    const UniqueFd there(::open(("/proc/" + std::to_string(child) + "/ns/pid").c_str(), O_RDONLY | O_CLOEXEC));
    if (::setns(there.get(), CLONE_NEWPID) != 0) return;
    if (spawn([] {}) > 0) (void)!::write(entered.write_end.get(), "x", 1);
    (void)await_byte(release.read_end);  // let go, or the test is no more
  });
  ASSERT_TRUE(await_byte(entered.read_end));

  const auto before = ChildSource::left();
  bool heard = false;
  const auto begun = now();
  {
    const ChildSource source(loop, child, [&](const siginfo_t&) { heard = true; }, ChildSource::AtTheEnd::kill);
  }
  EXPECT_LT(now() - begun, 2s) << "it was waited for";
  EXPECT_EQ(ChildSource::left(), before + 1);
  bool turned = false;
  Timer timer(loop, [&] { turned = true; });
  timer.arm(now() + 50ms);
  ASSERT_TRUE(await(loop, [&] { return turned; }));
  EXPECT_EQ(ChildSource::left(), before + 1) << "it cannot have been reaped yet";

  release.write_end.reset();
  ASSERT_EQ(::waitpid(holder, nullptr, 0), holder);
  ASSERT_TRUE(await(loop, [&] { return ChildSource::left() == before; }));
  EXPECT_EQ(::waitpid(child, nullptr, WNOHANG), -1) << "it is a zombie";
  EXPECT_FALSE(heard);
}

TEST(ChildSource, OneThatIsLeftEndsInItsOwnTime) {
  EventLoop loop;
  Pipe go, wrote;
  const pid_t pid = spawn([&] {
    pollfd p{go.read_end.get(), POLLIN, 0};
    ::poll(&p, 1, 10'000);
    (void)!::write(wrote.write_end.get(), "x", 1);
  });
  const auto before = ChildSource::left();
  {
    const ChildSource source(loop, pid, [](const siginfo_t&) { FAIL(); }, ChildSource::AtTheEnd::leave);
  }
  EXPECT_EQ(::write(go.write_end.get(), "x", 1), 1);
  ASSERT_TRUE(await(loop, [&] { return ChildSource::left() == before; }));
  char byte = 0;
  EXPECT_EQ(::read(wrote.read_end.get(), &byte, 1), 1);
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
}

TEST(ChildSource, TheLoopMayGoBeforeAChildThatIsLeft) {
  const auto before = ChildSource::left();
  const pid_t pid = spawn([] {
    for (;;) ::pause();
  });
  {
    EventLoop loop;
    const ChildSource source(loop, pid, [](const siginfo_t&) {}, ChildSource::AtTheEnd::leave);
  }
  EXPECT_EQ(ChildSource::left(), before);
  ::kill(pid, SIGKILL);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(EventLoop, ReturnsTheStatusItWasLeftWith) {
  EventLoop loop;
  DeferSource leave(loop, [&] { loop.exit(42); });
  leave.run_soon();
  EXPECT_EQ(loop.run(), 42);
  EXPECT_TRUE(loop.failure().empty());
  EXPECT_FALSE(loop.turn(0ms));
}

TEST(EventLoop, TheFirstFailingStatusIsNotPaintedOver) {
  EventLoop loop;
  DeferSource leave(loop, [&] {
    loop.exit(3);
    loop.exit(EXIT_SUCCESS);
  });
  leave.run_soon();
  EXPECT_EQ(loop.run(), 3);
}

TEST(EventLoop, AnExceptionIsAnOrderlyExitWithAFailingStatus) {
  EventLoop loop;
  DeferSource bad(loop, [] { throw std::runtime_error("the kernel said no"); });
  bad.run_soon();
  EXPECT_EQ(loop.run(), EXIT_FAILURE);
  EXPECT_EQ(loop.failure(), "the kernel said no");
}

TEST(EventLoop, HasNoWatchdogUnlessTheManagerAsksForOne) {
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
  EventLoop loop;
  EXPECT_FALSE(loop.answer_watchdog());
}

TEST(EventLoop, AnswersTheWatchdogWhenAsked) {
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EventLoop loop;
  EXPECT_TRUE(loop.answer_watchdog());
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
}
