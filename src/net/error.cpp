// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/error.hpp"

#include <algorithm>
#include <cstring>

namespace ghost::net {

tl::unexpected<Error> failure(int errno_value, const std::string& what) {
  return tl::unexpected(Error{errno_value, what + ": " + strerrordesc_np(errno_value)});
}

Result<void> tolerate(Result<void> outcome, std::initializer_list<int> errnos) {
  if (!outcome && std::find(errnos.begin(), errnos.end(), outcome.error().errno_value) != errnos.end()) return {};
  return outcome;
}

}  // namespace ghost::net
