// SPDX-License-Identifier: GPL-2.0-or-later
// When is what somebody took away put back? At once, the first time. Who takes it again and again is met with growing pauses,
// in which a canary, one cheap object, is put back again and again: when it lives, he has stopped, and all is put back
// without waiting for the pause's end. What cannot be put back is tried again after the same pauses; or at once, when a canary that
// could not be put back either lives now. Pure: time is an argument.
#pragma once
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class HealPace {
 public:
  static constexpr Duration kFirstPause = std::chrono::seconds(1);
  static constexpr Duration kLongestPause = std::chrono::seconds(60);
  static constexpr Duration kCanaryLife = std::chrono::milliseconds(700);  // and he is believed to have stopped
  static constexpr Duration kCalm = std::chrono::seconds(10);              // without a loss: the next is a first one again
  static constexpr int kShare = 50;  // of the time at most one part in so many is spent on putting back what is taken at once

  enum class Act {
    nothing,  // deadline() says when to look again
    canary,   // put the canary back; what else is missing waits
    whole     // put everything back; tell done() or failed()
  };

  // Something is missing; canary: is the canary there? What is to be done about it.
  [[nodiscard]] Act missing(Time now, bool canary);
  // Nothing is missing.
  void complete(Time now);
  // Everything was put back, or could not be; this is what the try took.
  void done(Time now, Duration cost);
  void failed(Time now, Duration cost);

  // When to look again, though nothing is heard.
  [[nodiscard]] std::optional<Time> deadline() const;
  // It cannot be put back, or somebody takes it again and again: a canary has died, or it was put back for the third time. (Who
  // restarts takes several things in a row, and that is all.)
  [[nodiscard]] bool degraded() const { return failed_ || deaths_ > 0 || times_ > 2; }
  // It is missing just now.
  [[nodiscard]] bool missing_now() const { return missing_; }
  // A canary was put back, and it is time to ask whether it lives.
  [[nodiscard]] bool has_canary() const { return looked_.has_value(); }
  // How often it was put back since it was left alone last.
  [[nodiscard]] unsigned times() const { return times_; }

 private:
  // A canary that has lived while the rest was taken again is believed only as often as that can be paid.
  [[nodiscard]] Duration look_every() const { return fooled_ ? std::max(kCanaryLife, kShare * cost_) : kCanaryLife; }

  bool missing_ = false;
  unsigned times_ = 0;
  unsigned deaths_ = 0;    // of canaries
  bool failed_ = false;    // the last try
  bool died_ = false;      // a canary, since then
  bool believed_ = false;  // it was put back because a canary lived
  bool fooled_ = false;    // and it was taken again all the same
  unsigned tries_ = 0;     // failed ones included: the pauses grow with them
  Duration cost_{};
  std::optional<Time> lost_;         // seen missing last
  std::optional<Time> pause_until_;  // nothing is put back whole before
  std::optional<Time> looked_;       // the canary was put back, or looked for in vain, last
};

}  // namespace ghost::core
