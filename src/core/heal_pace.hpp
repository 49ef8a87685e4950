// SPDX-License-Identifier: GPL-2.0-or-later
// When ghostd puts back what another program has removed. The first time, it does so at once. If a program removes it again and
// again, ghostd waits for growing pauses. During a pause it puts back only a canary, one cheap object. If the canary survives,
// the other program has stopped, and ghostd puts everything back before the pause ends. If putting back fails, ghostd tries again
// after the same pauses. It tries at once if the canary was missing meanwhile, too, and now survives. Pure: time is an argument.
#pragma once
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class HealPace {
 public:
  static constexpr Duration kFirstPause = std::chrono::seconds(1);
  static constexpr Duration kLongestPause = std::chrono::seconds(60);
  static constexpr Duration kCanaryLife = std::chrono::milliseconds(700);  // after this, the other program counts as stopped
  static constexpr Duration kCalm = std::chrono::seconds(10);  // without a loss; the next loss counts as the first again
  static constexpr int kShare = 50;                            // putting back takes at most 1/50 of the time

  enum class Act {
    nothing,  // deadline() says when to look again
    canary,   // put the canary back; everything else that is missing waits
    whole     // put everything back, then call done() or failed()
  };

  // Something is missing. canary: whether the canary is there. Returns what to do about it.
  [[nodiscard]] Act missing(Time now, bool canary);
  // Nothing is missing.
  void complete(Time now);
  // Everything was put back, or that failed. cost: how long the try took.
  void done(Time now, Duration cost);
  void failed(Time now, Duration cost);

  // When to look again, even if the kernel reports nothing.
  [[nodiscard]] std::optional<Time> deadline() const;
  // Putting back fails, or a program removes things again and again: a canary has died, or everything was put back for the third
  // time. (A program that restarts removes several things in a row, and then stops.)
  [[nodiscard]] bool degraded() const { return failed_ || deaths_ > 0 || times_ > 2; }
  // Something is missing now.
  [[nodiscard]] bool missing_now() const { return missing_; }
  // A canary was put back. At deadline(), the caller checks whether it is still there.
  [[nodiscard]] bool has_canary() const { return looked_.has_value(); }
  // How often everything was put back since the last calm.
  [[nodiscard]] unsigned times() const { return times_; }

 private:
  // If the canary survived but the rest was removed again, ghostd trusts it only as often as kShare allows.
  [[nodiscard]] Duration look_every() const { return fooled_ ? std::max(kCanaryLife, kShare * cost_) : kCanaryLife; }

  bool missing_ = false;
  unsigned times_ = 0;
  unsigned deaths_ = 0;    // of canaries
  bool failed_ = false;    // the last try
  bool died_ = false;      // a canary has died since the last try
  bool believed_ = false;  // everything was put back because a canary survived
  bool fooled_ = false;    // … and was removed again all the same
  unsigned tries_ = 0;     // failed ones included; each makes the next pause longer
  Duration cost_{};
  std::optional<Time> lost_;         // when something was last seen missing
  std::optional<Time> pause_until_;  // not everything is put back before
  std::optional<Time> looked_;       // when the canary was last put back, or last looked for in vain
};

}  // namespace ghost::core
