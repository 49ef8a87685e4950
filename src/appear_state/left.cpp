// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/left.hpp"

#include <poll.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace ghost::appear_state {
namespace {

using Clock = std::chrono::steady_clock;

struct Left {
  UniqueFd process;
  Clock::time_point until;
};

std::vector<Left>& all() {
  static std::vector<Left> left;
  return left;
}

bool ended(const Left& left, std::chrono::milliseconds patience) {
  pollfd p{left.process.get(), POLLIN, 0};
  return ::poll(&p, 1, static_cast<int>(patience.count())) > 0;
}

}  // namespace

void leave(UniqueFd process) {
  std::erase_if(all(), [](const Left& l) { return ended(l, {}); });
  if (process) all().push_back({std::move(process), Clock::now() + kLeftPatience});
}

void await_left() {
  for (const auto& left : all())
    for (;;) {
      const auto patience = std::chrono::ceil<std::chrono::milliseconds>(left.until - Clock::now());
      if (patience.count() <= 0 || ended(left, patience)) break;
    }
  all().clear();
}

}  // namespace ghost::appear_state
