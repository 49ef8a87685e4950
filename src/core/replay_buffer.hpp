// SPDX-License-Identifier: GPL-2.0-or-later
// What waits for a call. A queue with a budget in packets, bytes and age; when one is reached the oldest goes, and what
// went is the caller's to count. A TCP SYN's retransmits are kept once, so that the far end sees one SYN and not four.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "core/config.hpp"
#include "core/packet.hpp"

namespace ghost::core {

using PacketBytes = std::vector<std::uint8_t>;

class ReplayBuffer {
 public:
  explicit ReplayBuffer(BufferBudget budget) : budget_(budget) {}

  struct Pushed {
    std::size_t dropped = 0;  // older packets, or the packet itself when it alone is over the budget
    bool coalesced = false;   // a SYN that is here already
    bool operator==(const Pushed&) const = default;
  };
  [[nodiscard]] Pushed push(PacketBytes bytes, const PacketInfo& info, Time now);

  // Drops what is older than the budget's age; returns how many.
  [[nodiscard]] std::size_t expire(Time now);
  // Takes the packets of one family out, oldest first.
  [[nodiscard]] std::vector<PacketBytes> take(Family family);
  // Empties the buffer; returns how many were in it.
  std::size_t clear();
  // A smaller budget drops the oldest at once; returns how many.
  [[nodiscard]] std::size_t set_budget(BufferBudget budget);

  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] std::size_t packets() const { return queue_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::optional<Time> oldest() const;
  // When expire() next has something to do.
  [[nodiscard]] std::optional<Time> next_expiry() const;
  // The description of the oldest packet: what would start the next call.
  [[nodiscard]] std::optional<PacketInfo> front() const;
  bool operator==(const ReplayBuffer&) const = default;

 private:
  struct Entry {
    PacketBytes bytes;
    Time arrived;
    Family family;
    std::optional<SynKey> syn;
    bool operator==(const Entry&) const = default;
  };
  void forget(const Entry& entry);
  std::size_t shrink();

  BufferBudget budget_;
  std::deque<Entry> queue_;
  std::set<SynKey> syns_;
  std::size_t bytes_ = 0;
};

}  // namespace ghost::core
