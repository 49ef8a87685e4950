// SPDX-License-Identifier: GPL-2.0-or-later
// The outer form of netlink's messages (netlink(7)), of rtnetlink and nfnetlink alike: messages, their fixed headers, attributes.
// All decoders stand on this one. Total and pure: a length that contradicts the data is an answer, and nothing is read past the end.
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

struct NetlinkMessage {
  nlmsghdr head{};
  Bytes body;  // a fixed header, then attributes; both belong to the datagram
};

// Takes the first message off a datagram. nullopt: its lengths contradict the data, so nobody knows where the next one begins.
inline std::optional<NetlinkMessage> take_message(Bytes& datagram) {
  const auto head = take<nlmsghdr>(datagram);
  if (!head || head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > datagram.size()) return std::nullopt;
  const NetlinkMessage message{*head, datagram.subspan(sizeof(nlmsghdr), head->nlmsg_len - sizeof(nlmsghdr))};
  datagram = rest(datagram, NLMSG_ALIGN(head->nlmsg_len));
  return message;
}

// A body as the fixed header that its type has, and the attributes behind it.
template <class Header>
struct Parts {
  Header header;
  Bytes attributes;
};
template <class Header>
std::optional<Parts<Header>> parts_of(Bytes body) {
  const auto header = take<Header>(body);
  if (!header) return std::nullopt;
  return Parts<Header>{*header, rest(body, NLMSG_ALIGN(sizeof(Header)))};
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

// The payload of the first attribute of this type, or nullopt.
inline std::optional<Bytes> find_attribute(Bytes attributes, int type) {
  std::optional<Bytes> found;
  for_each_attribute(attributes, [&](int one, Bytes value) {
    if (one == type) found = value;
    return !found;
  });
  return found;
}

}  // namespace ghost::net
