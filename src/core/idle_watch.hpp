// SPDX-License-Identifier: GPL-2.0-or-later
// Whether anybody still needs a call that carries. The kernel's timer for the link knows that. The watch computes when this timer
// could have run out at the earliest, so packets do not wake ghostd. A hold keeps the call beyond that. If the kernel gives no
// answer, the watch asks twice more, a second apart. Then the call ends, because an unneeded call costs money.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class IdleWatch {
 public:
  enum class Verdict : std::uint8_t { needed, idle, unknown };

  // hold: wanted by a person or an appearance that waited for the call.
  IdleWatch(Time now, Duration timeout, std::optional<Duration> hold);

  // Keeps the call at least until now + hold. An earlier hold that ends later stays.
  void hold(Time now, Duration hold);
  // A packet keeps the call up only this long from now on.
  void shorten(Time now, Duration timeout);
  // True: ask the kernel for its timer now. The next true comes only after answer().
  [[nodiscard]] bool ask(Time now);
  // remaining: until the kernel's timer runs out; nullopt: the kernel gives no answer.
  [[nodiscard]] Verdict answer(Time now, std::optional<Duration> remaining);

  // When ask() is wanted; nullopt: an answer is awaited.
  [[nodiscard]] std::optional<Time> deadline() const { return asked_ ? std::nullopt : std::optional(deadline_); }
  // By the kernel's last answer, packets keep the call up until this time.
  [[nodiscard]] Time in_use_until() const { return in_use_until_; }
  // When the call may end at the earliest, to show to people.
  [[nodiscard]] Time kept_until() const { return held_until_ ? std::max(deadline_, *held_until_) : deadline_; }

  bool operator==(const IdleWatch&) const = default;

 private:
  Time deadline_;  // of the next question
  Time in_use_until_;
  bool asked_ = false;
  unsigned unanswered_ = 0;  // in a row
  std::optional<Time> held_until_;
};

}  // namespace ghost::core
