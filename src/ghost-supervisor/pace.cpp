// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/pace.hpp"

#include <algorithm>
#include <utility>

namespace ghost::supervisor {

std::optional<std::size_t> Pace::admit(core::Time now) {
  if (left_ == at_once_) since_ = now;
  const auto grown = (now - since_) / interval_;
  if (grown > 0) {
    left_ = std::min(at_once_, left_ + static_cast<std::size_t>(grown));
    since_ += grown * interval_;
  }
  if (left_ == 0) {
    ++unsaid_;
    return std::nullopt;
  }
  --left_;
  return std::exchange(unsaid_, 0);
}

}  // namespace ghost::supervisor
