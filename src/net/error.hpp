// SPDX-License-Identifier: GPL-2.0-or-later
// The error of a kernel operation: the errno, and a line for people that names
// the request. Callers decide; nothing here logs.
#pragma once
#include <initializer_list>
#include <string>
#include <tl/expected.hpp>

namespace ghost::net {

struct Error {
  int errno_value = 0;  // 0 if the refusal had no errno (a text from nftables, a malformed reply)
  std::string what;     // "add route default dev gd-isp: Network is down"
  bool operator==(const Error&) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

// what + ": " + strerror(errno_value)
tl::unexpected<Error> failure(int errno_value, const std::string& what);

// A refusal with one of these errnos is a success: what was asked for is so already.
Result<void> tolerate(Result<void> outcome, std::initializer_list<int> errnos);

}  // namespace ghost::net
