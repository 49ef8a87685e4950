// SPDX-License-Identifier: GPL-2.0-or-later
// Whether anybody still needs a call that carries. The kernel's timer for the link knows it; the watch knows when the timer could
// have run out first, so nobody is woken per packet. A hold keeps the call beyond that. Money is not spent on ignorance: a kernel
// that gives no answer is asked twice more, a second apart, and then the call is not kept.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class IdleWatch {
 public:
  enum class Verdict : std::uint8_t { needed, idle, unknown };

  // hold: a person or an appearance that waited for the call.
  IdleWatch(Time now, Duration timeout, std::optional<Duration> hold);

  // At least until now + hold; an earlier and longer hold stays.
  void hold(Time now, Duration hold);
  // True: the kernel is to be asked for its timer now. It is not asked again before it has answered.
  [[nodiscard]] bool ask(Time now);
  // remaining: until the kernel's timer runs out; nullopt: it does not say.
  [[nodiscard]] Verdict answer(Time now, std::optional<Duration> remaining);

  // When ask() is wanted; nullopt: the answer will come.
  [[nodiscard]] std::optional<Time> deadline() const { return asked_ ? std::nullopt : std::optional(deadline_); }
  // Before this time the call was last known to be in use.
  [[nodiscard]] Time in_use_until() const { return deadline_; }
  // The same, with the hold: for people.
  [[nodiscard]] Time kept_until() const { return held_until_ ? std::max(deadline_, *held_until_) : deadline_; }

  bool operator==(const IdleWatch&) const = default;

 private:
  Time deadline_;
  bool asked_ = false;
  unsigned unanswered_ = 0;  // in a row
  std::optional<Time> held_until_;
};

}  // namespace ghost::core
