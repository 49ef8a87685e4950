// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes off the TUN: described or refused, and a hop given back changes the hop limit (and its checksum) alone.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/hop_limit.hpp"
#include "core/packet.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost::core;
  const std::vector<std::uint8_t> sent(data, data + size);
  const auto info = describe_packet(sent);
  if (info && info->str().empty()) std::abort();
  if (info && info->syn && (info->syn->source != info->source || info->syn->source_port != info->source_port)) std::abort();

  auto packet = sent;
  give_back_hop(packet);
  const auto after = describe_packet(packet);
  if (after != info) std::abort();
  for (std::size_t i = 0; i < size; ++i) {
    const bool v4 = sent[0] >> 4 == 4;
    const bool may_change = v4 ? i == 8 || i == 10 || i == 11 : i == 7;
    if (!may_change && packet[i] != sent[i]) std::abort();
  }
  return 0;
}
