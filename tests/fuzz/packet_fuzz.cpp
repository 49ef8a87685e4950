// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes off the TUN: described or refused; and what is too big is broken up into what fits, or answered.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "core/packet.hpp"
#include "core/too_big.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost;
  using namespace ghost::core;
  const std::vector<std::uint8_t> sent(data, data + size);
  const auto info = describe_packet(sent);
  if (info && info->str().empty()) std::abort();
  if (info && info->syn && (info->syn->source != info->source || info->syn->source_port != info->source_port)) std::abort();

  const unsigned mtu = size > 0 ? 60U + data[size - 1] : 576;
  if (may_be_fragmented(sent))
    for (const auto& piece : fragment(sent, mtu))
      if (piece.size() > mtu || !describe_packet(piece)) std::abort();
  for (const auto* router : {"192.0.0.2", "2001:db8::2"}) {
    const auto answer = too_big_answer(sent, mtu, *IpAddress::parse(router));
    if (answer && (answer->size() > 1280 || !describe_packet(*answer))) std::abort();
  }
  return 0;
}
