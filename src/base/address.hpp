// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses and prefixes as values: compared, copied and printed whole. Text forms are inet_pton(3)'s and RFC 5952's.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ghost {

enum class Family : std::uint8_t { v4, v6 };

std::string_view to_string(Family family);  // "IPv4", "IPv6"

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  // 4 bytes make an IPv4 address, 16 an IPv6 one, in network order; any other length is nullopt.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes);
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const {
    return {bytes_.data(), family_ == Family::v4 ? std::size_t{4} : std::size_t{16}};
  }
  [[nodiscard]] std::string str() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  Family family_ = Family::v4;
};

struct Prefix {
  IpAddress address;  // host bits are kept as given; network() clears them
  std::uint8_t length = 0;

  // "10.0.0.0/8", "2001:db8::/32"; a bare address is a /32 or /128. nullopt for anything else.
  static std::optional<Prefix> parse(std::string_view text);
  [[nodiscard]] Family family() const { return address.family(); }
  [[nodiscard]] bool contains(const IpAddress& a) const;
  [[nodiscard]] IpAddress network() const;
  [[nodiscard]] std::string str() const;
  auto operator<=>(const Prefix&) const = default;
};

// 0.0.0.0/0 or ::/0.
Prefix default_prefix(Family family);

}  // namespace ghost
