// SPDX-License-Identifier: GPL-2.0-or-later
// Closes connections, and never waits. With the last close(2) of a connection the kernel also closes the descriptors that its client
// has sent and nobody received (mailbox.hpp). That close may hang. So a connection with anything left in it is given to a child, and
// the child's exit closes it. In an exit the kernel does not wait for SO_LINGER; if something else hangs there, only the child does.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>

#include "base/unique_fd.hpp"
#include "loop/sources.hpp"

namespace ghost::supervisor {

class Closer {
 public:
  static constexpr std::size_t kChildren = 8;  // at once; further connections wait
  static constexpr std::size_t kWaiting = 32;  // then no new connection should be accepted

  // `changed`: full() may have changed.
  Closer(loop::EventLoop& loop, std::function<void()> changed);
  // What is not closed yet stays open, until the exit of this process closes it.
  ~Closer();
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;

  // The client sees the end at once.
  void close(UniqueFd connection);
  [[nodiscard]] bool full() const { return waiting_.size() >= kWaiting; }
  [[nodiscard]] std::size_t children() const { return children_.size(); }

  // Closes what cannot hang. Otherwise it is left open, without an owner, until this process exits.
  static void close_or_leave(UniqueFd connection);

 private:
  void start();
  [[nodiscard]] bool give_to_child(UniqueFd& connection);

  loop::EventLoop& loop_;
  std::function<void()> changed_;
  std::deque<UniqueFd> waiting_;
  std::map<std::uint64_t, loop::ChildSource> children_;
  std::uint64_t next_ = 0;
  loop::Timer again_;
};

}  // namespace ghost::supervisor
