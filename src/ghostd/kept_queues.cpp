// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/kept_queues.hpp"

#include <algorithm>
#include <utility>

namespace ghost::daemon {

net::Result<std::string> KeptQueues::look(const std::vector<Kept>& kept) {
  missing_.clear();
  net::Result<std::string> outcome;
  for (const auto& k : kept) {
    if (!k.carries) continue;
    const auto stands = host_.queue().stands(k.placed.interface);
    if (!stands) outcome = tl::unexpected(stands.error());
    else if (!*stands) missing_.push_back(k.placed.interface);
  }
  if (!missing_.empty()) outcome = "the queue of " + missing_.front();
  return outcome;
}

net::Result<void> KeptQueues::put_back(const std::vector<Kept>& kept) {
  net::Result<void> outcome;
  for (const auto& k : kept) {
    if (std::find(missing_.begin(), missing_.end(), k.placed.interface) == missing_.end()) continue;
    if (auto one = host_.restore_queue(k.placed, k.settled); !one && outcome) outcome = std::move(one);
  }
  return outcome;
}

}  // namespace ghost::daemon
