// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink messages made by hand, byte for byte.
#pragma once
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace ghost::net::test {

// A netlink message made by hand: nlmsghdr, its fixed body, attributes.
class Message {
 public:
  using Bytes = std::vector<std::uint8_t>;
  template <class Body>
  Message(int type, const Body& body, int flags = 0) {
    nlmsghdr head{};
    head.nlmsg_type = static_cast<std::uint16_t>(type);
    head.nlmsg_flags = static_cast<std::uint16_t>(flags);
    append(&head, sizeof head);
    append(&body, sizeof body);
  }
  Message& attribute(int type, const Bytes& value) {
    rtattr head{};
    head.rta_type = static_cast<std::uint16_t>(type);
    head.rta_len = static_cast<std::uint16_t>(sizeof head + value.size());
    append(&head, sizeof head);
    append(value.data(), value.size());
    return *this;
  }
  Message& attribute(int type, const std::string& text) {
    Bytes value(text.begin(), text.end());
    value.push_back(0);
    return attribute(type, value);
  }
  [[nodiscard]] Bytes bytes() const {
    Bytes out = bytes_;
    const auto length = static_cast<std::uint32_t>(out.size());
    std::memcpy(out.data(), &length, sizeof length);
    return out;
  }

 private:
  void append(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
  }
  Bytes bytes_;
};

}  // namespace ghost::net::test
