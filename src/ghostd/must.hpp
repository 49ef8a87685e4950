// SPDX-License-Identifier: GPL-2.0-or-later
// For results without which ghostd cannot continue: an error becomes a std::runtime_error.
#pragma once
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "net/error.hpp"

namespace ghost::daemon {

template <class T>
T must(net::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace ghost::daemon
