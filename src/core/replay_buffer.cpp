// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/replay_buffer.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {

namespace {

// What malloc(3) takes for so many bytes, in glibc: one word of its own, multiples of two words, four words at least.
constexpr std::size_t allocated(std::size_t bytes) {
  constexpr std::size_t kWord = sizeof(std::size_t), kStep = 2 * kWord;
  return std::max(4 * kWord, (bytes + kWord + kStep - 1) / kStep * kStep);
}

// A node of a std::set: three pointers and the colour before the value.
constexpr std::size_t kSynMemory = allocated(4 * sizeof(void*) + sizeof(SynKey));

std::optional<SynKey> syn_of(const PacketBytes& bytes) {
  const auto info = describe_packet(bytes);
  return info ? info->syn : std::nullopt;
}

// The version is in the first four bits; push() has seen a valid packet.
Family family_of(const PacketBytes& bytes) { return bytes.front() >> 4 == 4 ? Family::v4 : Family::v6; }

}  // namespace

std::size_t ReplayBuffer::memory_of(const PacketBytes& bytes) { return sizeof(Entry) + allocated(bytes.capacity()); }

void ReplayBuffer::forget(const Entry& entry) {
  bytes_ -= entry.bytes.size();
  memory_ -= memory_of(entry.bytes);
  if (syns_.empty()) return;
  if (const auto syn = syn_of(entry.bytes); syn && syns_.erase(*syn) > 0) memory_ -= kSynMemory;
}

bool ReplayBuffer::over() const {
  return queue_.size() > budget_.packets || bytes_ > budget_.bytes || (queue_.size() > 1 && memory_ > budget_.bytes);
}

std::size_t ReplayBuffer::shrink() {
  std::size_t dropped = 0;
  while (over()) {
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
  memory_ += memory_of(bytes);
  if (info.syn && syns_.insert(*info.syn).second) memory_ += kSynMemory;
  queue_.push_back({std::move(bytes), now});
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
    if (family_of(entry.bytes) != family) {
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
  memory_ = 0;
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
