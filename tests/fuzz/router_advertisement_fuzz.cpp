// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes a far end may send: an advertisement or none. ghostd makes a few /128s of the interface's own identifier from one. It
// is never solicited more often than every four seconds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <variant>
#include <vector>

#include "core/autoconfiguration.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost;
  using namespace ghost::core;
  const auto own = *IpAddress::parse("fe80::a:b:c:d");
  Time now(std::chrono::seconds(1000));
  Autoconfiguration machine(own, now);
  Time asked{};
  const std::vector<std::uint8_t> bytes(data, data + size);
  // The same said again and again, at pauses that the input chooses.
  for (int round = 0; round < 8; ++round) {
    if (const auto said = decode_router_advertisement({own, 255, bytes})) {
      for (const auto& step : machine.heard(*said, now)) {
        const auto* give = std::get_if<GiveAddress>(&step);
        if (std::holds_alternative<Solicit>(step)) std::abort();
        if (give == nullptr) continue;
        if (give->valid == 0 || give->preferred > give->valid || is_link_local(give->address)) std::abort();
        if (give->address.bytes()[15] != own.bytes()[15]) std::abort();
      }
    }
    if (machine.addresses(now).size() > Autoconfiguration::kAddressesMax) std::abort();
    for (const auto& step : machine.due(now)) {
      if (!std::holds_alternative<Solicit>(step) || now - asked < std::chrono::seconds(4)) std::abort();
      asked = now;
    }
    if (machine.deadline() <= now) std::abort();
    now += std::chrono::seconds(size > 0 ? data[static_cast<std::size_t>(round) % size] : 1);
  }
  return 0;
}
