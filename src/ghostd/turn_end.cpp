// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/turn_end.hpp"

#include <utility>

namespace ghost::daemon {

TurnEnd::TurnEnd(loop::EventLoop& loop, std::function<void(const Seen&)> tell)
    : tell_(std::move(tell)), soon_(loop, [this] { tell_now(); }) {}

void TurnEnd::saw(const std::string& link, bool only_packets, bool came_to_rest) {
  if (seen_.links.empty()) soon_.arm(loop::now());
  seen_.links.insert(link);
  seen_.only_packets = seen_.only_packets && only_packets;
  seen_.came_to_rest = seen_.came_to_rest || came_to_rest;
}

void TurnEnd::tell_now() {
  soon_.disarm();
  const auto seen = std::exchange(seen_, {});
  if (!seen.links.empty()) tell_(seen);
}

}  // namespace ghost::daemon
