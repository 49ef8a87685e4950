// SPDX-License-Identifier: GPL-2.0-or-later
// After a handover, the call's queue holds the replayed packets, ahead of all others. When they have left, the queue becomes an
// ordinary one (SettleQueue). The machine looks at the queue again and again until then. A line that never catches up gets its
// ordinary queue after a while all the same.
#pragma once
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class Settling {
 public:
  enum class Look : std::uint8_t { not_now, look, force };  // force: settle, whatever is still in the queue

  // Packets were replayed.
  void begin(Time now) {
    next_ = after(now, kInterval);
    force_ = after(now, kPatience);
  }
  // Whether to look at the queue now. If so, the next look is due an interval later, answered or not.
  [[nodiscard]] Look look(Time now) {
    if (!next_ || now < *next_) return Look::not_now;
    next_ = after(now, kInterval);
    return now >= force_ ? Look::force : Look::look;
  }
  // normal: the replay has left.
  void answer(Time now, bool normal) { next_ = normal ? std::nullopt : std::optional(after(now, kInterval)); }

  [[nodiscard]] bool done() const { return !next_; }
  // When look() is wanted; nullopt: the queue is settled.
  [[nodiscard]] std::optional<Time> deadline() const { return next_; }

  bool operator==(const Settling&) const = default;

 private:
  static constexpr Duration kInterval = std::chrono::milliseconds(200);
  static constexpr Duration kPatience = std::chrono::seconds(60);

  std::optional<Time> next_;
  Time force_{};
};

}  // namespace ghost::core
