// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by all decoders of netlink messages: values from bytes that the kernel has laid out.
#pragma once
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace ghost::net {

using Bytes = std::span<const std::uint8_t>;

// Netlink's structures may be unaligned in the buffer, so they are copied out and never cast.
template <class T>
std::optional<T> take(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T t;
  std::memcpy(&t, bytes.data(), sizeof t);
  return t;
}

// As Bytes::subspan, but past the end is empty: the last message's or attribute's padding may be missing.
inline Bytes rest(Bytes bytes, std::size_t from) { return bytes.subspan(std::min(from, bytes.size())); }

// A string's attribute: up to its zero, if it has one.
inline std::string_view text(Bytes value) {
  const auto end = std::find(value.begin(), value.end(), 0);
  return {reinterpret_cast<const char*>(value.data()), static_cast<std::size_t>(end - value.begin())};
}

// Calls each(type, payload). False if a length contradicts the data, or if each() returns false.
template <class Each>
bool for_each_attribute(Bytes bytes, Each each) {
  while (!bytes.empty()) {
    const auto head = take<rtattr>(bytes);
    if (!head || head->rta_len < sizeof(rtattr) || head->rta_len > bytes.size()) return false;
    if (!each(head->rta_type & NLA_TYPE_MASK, bytes.subspan(sizeof(rtattr), head->rta_len - sizeof(rtattr)))) {
      return false;
    }
    bytes = rest(bytes, RTA_ALIGN(head->rta_len));
  }
  return true;
}

}  // namespace ghost::net
