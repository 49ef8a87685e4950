// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace ghost {

std::string_view to_string(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress a;
  a.family_ = bytes.size() == 4 ? Family::v4 : Family::v6;
  std::copy(bytes.begin(), bytes.end(), a.bytes_.begin());
  return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string z(text);  // inet_pton wants the terminating zero
  IpAddress a;
  if (inet_pton(AF_INET, z.c_str(), a.bytes_.data()) == 1) return a;
  a.family_ = Family::v6;
  if (inet_pton(AF_INET6, z.c_str(), a.bytes_.data()) == 1) return a;
  return std::nullopt;
}

std::string IpAddress::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family_ == Family::v4 ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned longest = address->family() == Family::v4 ? 32 : 128;
  unsigned length = longest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (error != std::errc{} || end != digits.data() + digits.size() || length > longest) return std::nullopt;
  }
  return Prefix{*address, static_cast<std::uint8_t>(length)};
}

IpAddress Prefix::network() const {
  std::array<std::uint8_t, 16> out{};
  const auto in = address.bytes();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int bits = std::clamp(static_cast<int>(length) - static_cast<int>(i) * 8, 0, 8);
    out[i] = static_cast<std::uint8_t>(in[i] & (0xff00 >> bits));
  }
  return *IpAddress::from_bytes({out.data(), in.size()});
}

bool Prefix::contains(const IpAddress& a) const { return a.family() == family() && Prefix{a, length}.network() == network(); }

std::string Prefix::str() const { return address.str() + "/" + std::to_string(length); }

Prefix default_prefix(Family family) { return {*IpAddress::parse(family == Family::v4 ? "0.0.0.0" : "::"), 0}; }

}  // namespace ghost
