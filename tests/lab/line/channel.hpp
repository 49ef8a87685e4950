// SPDX-License-Identifier: GPL-2.0-or-later
// One direction of a line: bytes pushed in at one end come out at the other, late, slow or damaged as the faults say.
// With no fault chosen it is a buffer that is written out whole; nothing is done per byte.
#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <string>

#include "control.hpp"

namespace ghost::lab {

using Clock = std::chrono::steady_clock;

class Channel {
 public:
  void push(std::span<const char> bytes, const Faults& faults, Clock::time_point now);
  // Writes what is due to fd (non-blocking) until it takes no more. Errors are left for the reader of that fd to find.
  void pump(int fd, Clock::time_point now);
  void clear();

  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] bool full() const { return waiting_ >= kMost; }  // read no more from the other end
  [[nodiscard]] bool blocked() const { return blocked_; }        // fd took no more: poll it for POLLOUT
  [[nodiscard]] std::optional<Clock::time_point> next_due() const;
  [[nodiscard]] unsigned long long passed() const { return passed_; }

 private:
  // A real line's modem holds little; with a slow line, more would only hide the back-pressure from the sender.
  static constexpr std::size_t kMost = 16384;
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  void damage(std::string& bytes, double share);
  std::deque<Piece> queue_;
  std::size_t waiting_ = 0;
  bool blocked_ = false;
  unsigned long long passed_ = 0;
  Clock::time_point last_due_{};
  std::minstd_rand random_{1};  // the same noise in every run
};

}  // namespace ghost::lab
