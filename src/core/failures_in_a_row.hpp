// SPDX-License-Identifier: GPL-2.0-or-later
// The failed calls in a row, and what follows from one more: a pause, or a block. A row ends by a call that carried something
// back for long enough (return_watch.hpp), or that ghostd itself ended. It counts the calls by all ways of the link together, so
// several ways cost no more calls than one. Refusals have a count of their own, and each way has its own (acceptance.hpp). It ends
// when the far end accepts us, because each refusal may bring this host closer to being locked out. Both outlive ghostd.
#pragma once
#include <optional>

#include "core/acceptance.hpp"
#include "core/backoff.hpp"
#include "core/config.hpp"
#include "core/failure_policy.hpp"

namespace ghost::core {

// How many failures are in the row, and what else the next pause follows from. LinkMemory keeps it. So a ghostd that restarts
// repeatedly does not call repeatedly.
struct FailureCounts {
  unsigned failed = 0;   // all
  unsigned devices = 0;  // of these: the device was missing
  unsigned timed = 0;    // of these: time heals
  // Not of these:
  unsigned drops = 0;        // good calls in a row that were short
  unsigned returns = 0;      // of the device that have ended a pause after a call, since the last call that was good and long
  bool cost_a_call = false;  // the last one did, so the device was there
  bool operator==(const FailureCounts&) const = default;
};

class FailuresInARow {
 public:
  FailuresInARow() = default;
  explicit FailuresInARow(Jitter jitter, FailureCounts row = {}) : row_(row), jitter_(jitter) {}

  // What follows from a failure.
  struct Sequel {
    std::optional<Duration> pause;  // nullopt: only a person can help
    CallEnd reason;                 // of the block, if there is no pause, or of being out
    bool way_is_out = false;        // only a person can help this way; a pause is for another way
    bool operator==(const Sequel&) const = default;
  };
  // The way by which a failed call was made.
  struct Tried {
    Acceptance& far_end;   // a refusal is added; a far end that got past authentication has accepted us
    bool another = false;  // the link can call by another way
  };
  // One more failure.
  [[nodiscard]] Sequel add(const CallConfig& call, CallEnd end, CallStage stage, Tried way);
  // The same of a call that carried. good: it carried something back for long enough, so a drop that time heals is not a failure.
  // carried: for how long. After a short call the pause grows nevertheless, because such calls may be all that this line can do.
  [[nodiscard]] Sequel add_drop(const CallConfig& call, CallEnd end, CallStage stage, Tried way, bool good, Duration carried);

  // A call has carried something back for long enough.
  void proved_good() { row_.failed = row_.devices = row_.timed = 0; }
  // ghostd has ended a call, or a person begins anew.
  void end() { row_ = {}; }
  // The device of the last call is there again. True: that ends the pause. A modem that leaves the bus with each call must not make
  // one call after the other.
  [[nodiscard]] bool device_returned();

  [[nodiscard]] unsigned count() const { return row_.failed; }
  [[nodiscard]] const FailureCounts& counts() const { return row_; }

  bool operator==(const FailuresInARow&) const = default;

 private:
  FailureCounts row_;
  Jitter jitter_;
};

}  // namespace ghost::core
