// SPDX-License-Identifier: GPL-2.0-or-later
// Why packets that programs sent into a demand interface did not go on, counted by kind. The packets sent are exactly the
// replayed packets, plus each kind here, plus coalesced SYNs, plus malformed packets, plus those that still wait.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace ghost::core {

enum class Drop : std::uint8_t {
  budget,        // [Buffer] Packets= or Bytes= was reached, so the oldest packet was dropped
  age,           // it waited longer than [Buffer] Age=
  disconnected,  // it waited when a person disconnected or blocked the link, or a reload removed it
  blocked,       // the link was blocked
  family,        // no call carries its address family
  too_big,       // it is larger than the call's MTU and must not be fragmented; its sender was told
  queue,         // the call's own queue was full
  refused,       // the kernel did not send it: a firewall refused it, or no route fits
  tun,           // the demand interface's own queue was full before ghostd could read it
  foreign,       // its source is neither the link's own address nor within From=
  impaired,      // ghostd's nftables table was gone, so no call could have carried it
};
inline constexpr std::size_t kDropKinds = 11;

// "budget", "age", …, "too-big", …: as D-Bus and `ghostctl status` show it. Add words, never rename them.
std::string_view to_string(Drop drop);

// What ghostd's nftables table stops at a link's interfaces by design. Nobody waits for these packets.
struct Stopped {
  std::uint64_t noise = 0;    // sent into the demand interface, but not worth a call: multicast, link-local, TCP's FIN and RST
  std::uint64_t unasked = 0;  // came in by the call, and belongs to no conversation
  std::uint64_t escaped = 0;  // would have left by the call with a source that is not the call's
  bool operator==(const Stopped&) const = default;
};

class Drops {
 public:
  std::uint64_t& operator[](Drop drop) { return counts_[static_cast<std::size_t>(drop)]; }
  std::uint64_t operator[](Drop drop) const { return counts_[static_cast<std::size_t>(drop)]; }
  [[nodiscard]] std::uint64_t total() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }
  Drops& operator+=(const Drops& other) {
    for (std::size_t i = 0; i < kDropKinds; ++i) counts_[i] += other.counts_[i];
    return *this;
  }
  bool operator==(const Drops&) const = default;

 private:
  std::array<std::uint64_t, kDropKinds> counts_{};
};

}  // namespace ghost::core
