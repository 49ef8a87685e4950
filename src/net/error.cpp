// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/error.hpp"

#include <cstring>

namespace ghost::net {

tl::unexpected<Error> failure(int errno_value, const std::string& what) {
  return tl::unexpected(Error{errno_value, what + ": " + strerrordesc_np(errno_value)});
}

}  // namespace ghost::net
