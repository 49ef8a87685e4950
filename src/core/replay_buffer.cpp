// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/replay_buffer.hpp"

#include <utility>

namespace ghost::core {

void ReplayBuffer::forget(const Entry& entry) {
  bytes_ -= entry.bytes.size();
  if (entry.syn) syns_.erase(*entry.syn);
}

std::size_t ReplayBuffer::shrink() {
  std::size_t dropped = 0;
  while (queue_.size() > budget_.packets || bytes_ > budget_.bytes) {
    forget(queue_.front());
    queue_.pop_front();
    ++dropped;
  }
  return dropped;
}

ReplayBuffer::Pushed ReplayBuffer::push(PacketBytes bytes, const PacketInfo& info, Time now) {
  if (info.syn && syns_.contains(*info.syn)) return {.dropped = 0, .coalesced = true};
  if (bytes.size() > budget_.bytes || budget_.packets == 0) return {.dropped = 1, .coalesced = false};
  bytes_ += bytes.size();
  if (info.syn) syns_.insert(*info.syn);
  queue_.push_back({std::move(bytes), now, info.family(), info.syn});
  return {.dropped = shrink(), .coalesced = false};
}

std::size_t ReplayBuffer::expire(Time now) {
  std::size_t dropped = 0;
  while (!queue_.empty() && now - queue_.front().arrived >= budget_.age) {
    forget(queue_.front());
    queue_.pop_front();
    ++dropped;
  }
  return dropped;
}

std::vector<PacketBytes> ReplayBuffer::take(Family family) {
  std::vector<PacketBytes> taken;
  std::deque<Entry> kept;
  for (auto& entry : queue_) {
    if (entry.family != family) {
      kept.push_back(std::move(entry));
      continue;
    }
    forget(entry);
    taken.push_back(std::move(entry.bytes));
  }
  queue_ = std::move(kept);
  return taken;
}

std::size_t ReplayBuffer::clear() {
  const auto dropped = queue_.size();
  queue_ = {};
  syns_.clear();
  bytes_ = 0;
  return dropped;
}

std::size_t ReplayBuffer::set_budget(BufferBudget budget) {
  budget_ = budget;
  return shrink();
}

std::optional<Time> ReplayBuffer::oldest() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.front().arrived;
}

std::optional<Time> ReplayBuffer::next_expiry() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.front().arrived + budget_.age;
}

std::optional<PacketInfo> ReplayBuffer::front() const {
  if (queue_.empty()) return std::nullopt;
  return describe_packet(queue_.front().bytes);
}

}  // namespace ghost::core
