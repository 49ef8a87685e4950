// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as the kernel's news: each message is used up, and nothing is read beyond the last one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "net/routing_decode.hpp"
#include "net/rtnetlink_decode.hpp"
#include "net/watch.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost::net;
  std::span<const std::uint8_t> left(data, size);
  while (!left.empty()) {
    const auto decoded = decode_rtnetlink(left);
    if (decoded.consumed == 0 || decoded.consumed > left.size() || decoded.error < 0) std::abort();
    left = left.subspan(decoded.consumed);
  }
  Heard heard;
  hear_routing({data, size}, heard);
  TableHearing(4711).hear({data, size}, heard);
  (void)decode_rule({data, size});
  if (const auto route = decode_route({data, size});
      route && route->prefix.length > (route->prefix.family() == ghost::Family::v4 ? 32 : 128))
    std::abort();
  return 0;
}
