// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/backoff.hpp"

#include <algorithm>

namespace ghost::core {

Duration redial_delay(const CallConfig& call, unsigned failures) {
  Duration delay = call.redial_delay;
  for (unsigned i = 1; i < failures && delay < call.redial_delay_max; ++i) delay *= 2;
  return std::min(delay, call.redial_delay_max);
}

}  // namespace ghost::core
