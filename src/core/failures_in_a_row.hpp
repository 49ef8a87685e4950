// SPDX-License-Identifier: GPL-2.0-or-later
// The failed calls in a row, and what follows from one more: a pause, or a block. A row ends by a call that carried something
// back for long enough (return_watch.hpp), or that ghostd itself ended. Refusals have a count of their own. It ends when the far
// end accepts us, because each refusal may bring this host closer to being locked out. Both outlive ghostd.
#pragma once
#include <optional>

#include "core/backoff.hpp"
#include "core/config.hpp"
#include "core/failure_policy.hpp"

namespace ghost::core {

// What the far end has made of our name and secret. LinkMemory keeps it.
struct Acceptance {
  bool ever = false;     // it has accepted them at least once
  unsigned refused = 0;  // how many times in a row it has refused them
  bool operator==(const Acceptance&) const = default;
};

// How many failures are in the row. LinkMemory keeps it, so that a ghostd that starts again and again is no loop of calls.
struct FailureCounts {
  unsigned failed = 0;   // all
  unsigned devices = 0;  // of these: the device was missing
  unsigned timed = 0;    // of these: time heals
  bool operator==(const FailureCounts&) const = default;
};

class FailuresInARow {
 public:
  FailuresInARow() = default;
  FailuresInARow(Acceptance earlier, Jitter jitter, FailureCounts row = {}) : row_(row), acceptance_(earlier), jitter_(jitter) {}

  // What follows from a failure.
  struct Sequel {
    std::optional<Duration> pause;  // nullopt: only a person can help
    CallEnd reason;                 // of the block, if there is no pause
    bool operator==(const Sequel&) const = default;
  };
  // One more failure. A far end that got past authentication has accepted us.
  [[nodiscard]] Sequel add(const CallConfig& call, CallEnd end, CallStage stage);
  // The same of a call that carried. good: it carried something back for long enough, so it ends the row, and a drop that time
  // heals is not a failure.
  [[nodiscard]] Sequel add_drop(const CallConfig& call, CallEnd end, CallStage stage, bool good);

  void end() { row_ = {}; }
  void accepted() { acceptance_ = {true, 0}; }
  // A person has unblocked the link: as if nothing had failed. Whether the far end ever accepted us stays.
  void forgive();
  // Another name, device or peer file: nothing that happened counts.
  void forget();
  // A file may have been mended: one more try before the next block.
  void one_more_try(const CallConfig& call);

  [[nodiscard]] unsigned count() const { return row_.failed; }
  [[nodiscard]] const FailureCounts& counts() const { return row_; }
  [[nodiscard]] const Acceptance& acceptance() const { return acceptance_; }

  bool operator==(const FailuresInARow&) const = default;

 private:
  FailureCounts row_;
  Acceptance acceptance_;
  Jitter jitter_;
};

}  // namespace ghost::core
