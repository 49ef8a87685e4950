// SPDX-License-Identifier: GPL-2.0-or-later
// The other end of SupervisorClient's socket: it listens, and says and reads what a test wants, or nothing.
#pragma once
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace ghost::test {

class FakeSupervisor {
 public:
  // backlog: how many may connect before the first is accepted, and one more (unix(7)).
  explicit FakeSupervisor(int backlog = 4);
  ~FakeSupervisor();
  FakeSupervisor(const FakeSupervisor&) = delete;
  FakeSupervisor& operator=(const FakeSupervisor&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  // Takes whoever waits; false: nobody does. The one before is hung up on.
  bool accept();
  void say(std::string_view message) const;
  // The next message; "" when there is none, "EOF" when the client has closed.
  [[nodiscard]] std::string heard() const;
  void close() { client_.reset(); }
  // Nobody listens any more.
  void go();

 private:
  std::string directory_, path_;
  UniqueFd listening_, client_;
};

}  // namespace ghost::test
