// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/closer.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

#include "base/child.hpp"
#include "ghost-supervisor/mailbox.hpp"

namespace ghost::supervisor {
namespace {

constexpr Duration kForkAgain = std::chrono::seconds(1);  // when no child can be made

// After this nothing more can be sent to it, so that a look stays true.
bool is_empty_for_good(int connection) {
  ::shutdown(connection, SHUT_RDWR);
  return look(connection) == Waiting::end;
}

// Until the parent has closed its own copies: only the last close is one that may hang.
int wait_and_exit() {
  char none = 0;
  while (::read(STDOUT_FILENO, &none, 1) < 0 && errno == EINTR) {
  }
  return 0;
}

}  // namespace

Closer::Closer(loop::EventLoop& loop, std::function<void()> changed)
    : loop_(loop), changed_(std::move(changed)), again_(loop, [this] { start(); }) {}

Closer::~Closer() {
  for (auto& connection : waiting_) std::ignore = connection.release();
}

void Closer::close_or_leave(UniqueFd connection) {
  if (!is_empty_for_good(connection.get())) std::ignore = connection.release();
}

void Closer::close(UniqueFd connection) {
  if (is_empty_for_good(connection.get())) return;
  waiting_.push_back(std::move(connection));
  start();
}

void Closer::start() {
  while (!waiting_.empty() && children_.size() < kChildren) {
    if (!give_to_child(waiting_.front())) {
      again_.arm(loop::now() + kForkAgain);
      break;
    }
    waiting_.pop_front();
  }
  changed_();
}

bool Closer::give_to_child(UniqueFd& connection) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  const UniqueFd theirs(ends[0]);
  UniqueFd ours(ends[1]);
  const auto pid = fork_child(
      {.name = "ghost-close", .in = connection.get(), .out = theirs.get(), .err = {}, .waits_for_closes = true}, wait_and_exit);
  if (!pid) return false;
  connection.reset();
  ours.reset();
  const auto id = next_++;
  children_[id] = loop::ChildSource(
      loop_, *pid,
      [this, id](const siginfo_t&) {
        children_.erase(id);
        start();
      },
      loop::ChildSource::AtTheEnd::leave);
  return true;
}

}  // namespace ghost::supervisor
