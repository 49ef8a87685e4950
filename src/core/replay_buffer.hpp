// SPDX-License-Identifier: GPL-2.0-or-later
// The packets that wait for a call: a queue with a budget in packets, bytes and age. At a limit, the buffer drops the oldest
// packet, and the caller counts it. Of a TCP SYN and its retransmits one is kept, so that the far end sees one SYN and not four.
//
// The budget in bytes is one of memory: a packet counts with what the queue and the allocator add to it. For an empty datagram that is
// more than twice its size. One packet may always wait if it is not larger than the budget.
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
    std::size_t dropped = 0;  // older packets, or the packet itself if it alone exceeds the budget
    bool coalesced = false;   // a SYN of which a copy waits already
    bool operator==(const Pushed&) const = default;
  };
  [[nodiscard]] Pushed push(PacketBytes bytes, const PacketInfo& info, Time now);

  // Drops the packets that are older than the budget's age. Returns how many.
  [[nodiscard]] std::size_t expire(Time now);
  // Removes and returns the packets of one family, oldest first.
  [[nodiscard]] std::vector<PacketBytes> take(Family family);
  // Empties the buffer. Returns how many packets were in it.
  std::size_t clear();
  // With a smaller budget, drops the oldest packets at once. Returns how many.
  [[nodiscard]] std::size_t set_budget(BufferBudget budget);

  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] std::size_t packets() const { return queue_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }    // of the packets
  [[nodiscard]] std::size_t memory() const { return memory_; }  // that they take, which the budget bounds
  [[nodiscard]] std::optional<Time> oldest() const;
  // When expire() next has something to do.
  [[nodiscard]] std::optional<Time> next_expiry() const;
  // The description of the oldest packet, which would start the next call.
  [[nodiscard]] std::optional<PacketInfo> front() const;
  bool operator==(const ReplayBuffer&) const = default;

 private:
  // No more than that, because there may be a million of them. The rest is in the packet.
  struct Entry {
    PacketBytes bytes;
    Time arrived;
    bool operator==(const Entry&) const = default;
  };
  [[nodiscard]] static std::size_t memory_of(const PacketBytes& bytes);
  void forget(const Entry& entry);
  [[nodiscard]] bool over() const;
  std::size_t shrink();

  BufferBudget budget_;
  std::deque<Entry> queue_;
  std::set<SynKey> syns_;
  std::size_t bytes_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace ghost::core
