// SPDX-License-Identifier: GPL-2.0-or-later
// What an operation on the kernel answers when it does not do it: the errno, and a line for people that names
// what was asked. Callers decide; nothing here logs.
#pragma once
#include <string>
#include <tl/expected.hpp>

namespace ghost::net {

struct Error {
  int errno_value = 0;  // 0 where the refusal had no errno (a text from nftables, a reply that made no sense)
  std::string what;     // "add route default dev gd-isp: Network is down"
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

// what + ": " + strerror(errno_value)
tl::unexpected<Error> failure(int errno_value, const std::string& what);

}  // namespace ghost::net
