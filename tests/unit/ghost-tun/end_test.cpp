// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/end.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <memory>
#include <vector>

namespace ghost::tun {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A child that takes SIGTERM as it is told, once it is ready for it.
class Child {
 public:
  explicit Child(void (*on_term)(int)) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::signal(SIGTERM, on_term);
      (void)!::write(ends[1], "r", 1);
      for (;;) ::pause();
    }
    char ready = 0;
    EXPECT_EQ(::read(ends[0], &ready, 1), 1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }
  // As systemd: its number until it is reaped, then 0.
  pid_t main() {
    if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = 0;
    return pid_;
  }
  [[nodiscard]] int status() const { return status_; }

 private:
  pid_t pid_ = 0;
  int status_ = -1;
};

void exit_now(int) { ::_exit(3); }

}  // namespace

TEST(EndMainProcess, OneThatObeysEndsInItsOwnWay) {
  Child child(exit_now);
  EXPECT_TRUE(end_main_process([&] { return std::optional(child.main()); }, 10s, 20s));
  ASSERT_TRUE(WIFEXITED(child.status()));
  EXPECT_EQ(WEXITSTATUS(child.status()), 3);
}

TEST(EndMainProcess, OneThatDoesNotIsKilledAfterItsGrace) {
  Child child(SIG_IGN);
  const auto begun = Clock::now();
  EXPECT_TRUE(end_main_process([&] { return std::optional(child.main()); }, 200ms, 20s));
  EXPECT_GE(Clock::now() - begun, 200ms);
  ASSERT_TRUE(WIFSIGNALED(child.status()));
  EXPECT_EQ(WTERMSIG(child.status()), SIGKILL);
}

// MAINPID= names the next process of a row, each of which ignores SIGTERM.
TEST(EndMainProcess, ThoseItHandsOverToGetNoGrace) {
  std::vector<std::unique_ptr<Child>> row;
  for (int i = 0; i < 5; ++i) row.push_back(std::make_unique<Child>(SIG_IGN));
  const auto who = [&]() -> std::optional<pid_t> {
    for (const auto& child : row)
      if (const auto pid = child->main(); pid != 0) return pid;
    return 0;
  };
  const auto begun = Clock::now();
  EXPECT_TRUE(end_main_process(who, 500ms, 20s));
  EXPECT_LT(Clock::now() - begun, 2s);
  for (const auto& child : row) EXPECT_TRUE(WIFSIGNALED(child->status()));
}

TEST(EndMainProcess, KillsNobodyWhoIsNotTheMainProcessWhenAskedAgain) {
  Child other(exit_now);
  int asked = 0;
  EXPECT_TRUE(end_main_process([&]() -> std::optional<pid_t> { return asked++ == 0 ? other.pid() : 0; }, 1s, 5s));
  EXPECT_EQ(other.main(), other.pid());
}

TEST(EndMainProcess, HasAnEndItself) {
  const auto never = [] { return std::optional<pid_t>(std::numeric_limits<pid_t>::max()); };  // no process has this number
  EXPECT_FALSE(end_main_process(never, 10ms, 100ms));
  EXPECT_FALSE(end_main_process([] { return std::optional<pid_t>(); }, 10ms, 100ms));
  EXPECT_TRUE(end_main_process([] { return std::optional<pid_t>(0); }, 10ms, 100ms));
}

}  // namespace ghost::tun
