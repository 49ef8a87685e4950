// SPDX-License-Identifier: GPL-2.0-or-later
// A notice leaves when the disk has what it says, so that the next ghostd knows who was told what. A disk that hangs must not keep a
// notice back, so after 2 s the notice leaves unwritten. Each request to save has a number, its generation. The disk has all that
// was asked for when it has the newest generation.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "core/notifier.hpp"
#include "core/time.hpp"

namespace ghost::core {

// The disk has everything up to this Save.
struct Written {
  std::uint64_t generation = 0;
};

// Write memory(), as it is after this step, to disk. Answered by Written.
struct Save {
  std::uint64_t generation;
  bool operator==(const Save&) const = default;
};
// The call through which a notice or a question leaves.
struct Via {
  std::vector<IpAddress> local, dns;
  bool operator==(const Via&) const = default;
};
// Answered by exactly one NoticeAnswered.
struct Tell {
  SendNotice what;
  Via via;
  bool operator==(const Tell&) const = default;
};

class DiskGate {
 public:
  // Something is to be saved.
  [[nodiscard]] Save save() { return {++asked_}; }
  // The notices that waited for this.
  [[nodiscard]] std::vector<Tell> written(const Written& event);

  // The notice, if it leaves at once. nullopt: it waits.
  [[nodiscard]] std::optional<Tell> pass(Tell notice, Time now);
  // The notice is given up. False: it has left already.
  [[nodiscard]] bool withdraw(std::uint64_t id);
  // A notice waits.
  [[nodiscard]] bool holds() const { return !waiting_.empty(); }

  // The notices that have waited long enough.
  [[nodiscard]] std::vector<Tell> time_passed(Time now) { return let_go(now); }
  [[nodiscard]] std::optional<Time> deadline() const;

 private:
  struct Waiting {
    Tell notice;
    Time give_up;
  };

  // Those whose patience ends by then.
  std::vector<Tell> let_go(Time until);

  std::uint64_t asked_ = 0, written_ = 0;  // generations: requested, and on disk
  std::vector<Waiting> waiting_;           // the oldest first
};

}  // namespace ghost::core
