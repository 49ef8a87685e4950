// SPDX-License-Identifier: GPL-2.0-or-later
// The steps against a modem that has stopped working ([Recover]), and when each is taken. The mildest step comes first. Each further
// step follows after as many failures in a row again. The strongest one is repeated. A call that carried something back, or that
// ghostd ended, begins the row anew. LinkMemory keeps all this, so that neither a restart nor a reboot grants more steps per day.
#pragma once
#include <optional>
#include <vector>

#include "core/config.hpp"
#include "core/recovery_step.hpp"
#include "core/time.hpp"

namespace ghost::core {

class Ladder {
 public:
  // Of this row, and of the last day.
  struct Past {
    unsigned failed = 0;                 // failures that count, since the last step
    std::optional<RecoveryStep> last{};  // step of this row
    std::vector<Time> taken{};           // when steps were taken, the oldest first
    bool operator==(const Past&) const = default;
  };

  Ladder() = default;
  explicit Ladder(Past past) : past_(std::move(past)) {}

  // One more failure in the row. The step to take now, if any. A failure behind which the modem has worked begins the row anew.
  [[nodiscard]] std::optional<RecoveryStep> add(const RecoverConfig& config, CallEnd end, CallStage stage, Time now);
  // The row has ended.
  void end();

  [[nodiscard]] const Past& past() const { return past_; }
  // Steps within the last 24 hours.
  [[nodiscard]] unsigned today(Time now) const;

  bool operator==(const Ladder&) const = default;

 private:
  Past past_;
};

}  // namespace ghost::core
