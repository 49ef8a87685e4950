// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/stable_address.hpp"

#include <algorithm>

namespace ghost::config {

std::optional<IpAddress> next_default_address(const std::set<IpAddress>& taken) {
  const auto try_range = [&taken](std::array<std::uint8_t, 4> bytes, std::uint8_t last) -> std::optional<IpAddress> {
    for (;; ++bytes[3]) {
      if (const auto address = IpAddress::from_bytes(bytes); !taken.contains(*address)) return address;
      if (bytes[3] == last) return std::nullopt;
    }
  };
  if (auto address = try_range({192, 0, 0, 2}, 6)) return address;
  return try_range({198, 19, 103, 1}, 254);
}

IpAddress unique_local_address(const MachineId& machine, std::string_view link) {
  // FNV-1a, 64 bits. The link's part needs to differ between the links of one machine, and to leak nothing; the machine's
  // part comes from an HMAC already.
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const auto byte : machine) mix(byte);
  for (const char c : link) mix(static_cast<std::uint8_t>(c));

  std::array<std::uint8_t, 16> bytes{0xfd};
  std::copy_n(machine.begin(), 5, bytes.begin() + 1);
  for (unsigned i = 0; i < 8; ++i) bytes[8 + i] = static_cast<std::uint8_t>(hash >> (56 - 8 * i));
  return *IpAddress::from_bytes(bytes);
}

}  // namespace ghost::config
