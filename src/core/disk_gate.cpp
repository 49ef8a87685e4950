// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/disk_gate.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {
namespace {

// How long a notice waits until its content is on disk.
constexpr Duration kPatience = std::chrono::seconds(2);

}  // namespace

std::vector<Tell> DiskGate::written(const Written& event) {
  written_ = std::max(written_, event.generation);
  return written_ == asked_ ? let_go(Time::max()) : std::vector<Tell>{};
}

std::optional<Tell> DiskGate::pass(Tell notice, Time now) {
  if (written_ == asked_) return notice;
  waiting_.push_back({std::move(notice), after(now, kPatience)});
  return std::nullopt;
}

bool DiskGate::withdraw(std::uint64_t id) {
  return std::erase_if(waiting_, [id](const Waiting& w) { return w.notice.what.id == id; }) != 0;
}

std::optional<Time> DiskGate::deadline() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.front().give_up);
}

std::vector<Tell> DiskGate::let_go(Time until) {
  const auto keep = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.give_up > until; });
  std::vector<Tell> out;
  for (auto w = waiting_.begin(); w != keep; ++w) out.push_back(std::move(w->notice));
  waiting_.erase(waiting_.begin(), keep);
  return out;
}

}  // namespace ghost::core
