// SPDX-License-Identifier: GPL-2.0-or-later
#include "channel.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>

namespace ghost::lab {
namespace {

constexpr std::size_t kSlowPiece = 128;  // a slow line delivers in pieces of this size

}  // namespace

void Channel::damage(std::string& bytes, double share) {
  // The gaps between damaged bytes are drawn, not each byte's fate.
  std::geometric_distribution<std::size_t> gap(std::min(share, 0.999));
  for (std::size_t at = gap(random_); at < bytes.size(); at += 1 + gap(random_))
    bytes[at] = static_cast<char>(bytes[at] ^ (1 + random_() % 255));
}

void Channel::push(std::span<const char> bytes, const Faults& faults, Clock::time_point now) {
  if (faults.freeze || bytes.empty()) return;
  std::string copy(bytes.data(), bytes.size());
  if (faults.noise > 0) damage(copy, faults.noise);
  waiting_ += copy.size();
  if (faults.rate == 0) {
    queue_.push_back({faults.delay.count() > 0 ? now + faults.delay : now, std::move(copy)});
    return;
  }
  last_due_ = std::max(last_due_, now + faults.delay);
  for (std::size_t at = 0; at < copy.size(); at += kSlowPiece) {
    auto piece = copy.substr(at, kSlowPiece);
    last_due_ += std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(piece.size()) / faults.rate));
    queue_.push_back({last_due_, std::move(piece)});
  }
}

void Channel::pump(int fd, Clock::time_point now) {
  blocked_ = false;
  while (!queue_.empty() && queue_.front().due <= now) {
    auto& bytes = queue_.front().bytes;
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      blocked_ = errno == EAGAIN;
      return;
    }
    passed_ += static_cast<unsigned long long>(n);
    waiting_ -= static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < bytes.size()) {
      bytes.erase(0, static_cast<std::size_t>(n));
      blocked_ = true;
      return;
    }
    queue_.pop_front();
  }
}

void Channel::clear() {
  queue_.clear();
  waiting_ = 0;
  blocked_ = false;
  last_due_ = {};
}

std::optional<Clock::time_point> Channel::next_due() const {
  if (queue_.empty() || blocked_) return std::nullopt;
  return queue_.front().due;
}

}  // namespace ghost::lab
