// SPDX-License-Identifier: GPL-2.0-or-later
// Drops: why packets that programs sent into a demand interface did not go on, each kind counted. What was sent is what was replayed,
// plus each kind here, plus coalesced SYNs, plus what still waits: to the packet.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace ghost::core {

enum class Drop : std::uint8_t {
  budget,        // [Buffer] Packets= or Bytes= was reached: the oldest went
  age,           // it waited longer than [Buffer] Age=
  disconnected,  // it waited when somebody said Disconnect, or when the link was taken away or blocked
  blocked,       // the link was blocked
  family,        // no call carries its address family
  too_big,       // larger than the call's MTU, and it must not be fragmented: its sender was told
  queue,         // the call's own queue was full
  refused,       // the kernel would not send it: somebody's firewall, no route
  tun,           // the demand interface's own queue was full before ghostd could read it
  foreign,       // its source is neither the link's own address nor within From=
  impaired,      // what judges and translates packets was gone from the kernel: no call could have carried it
};
inline constexpr std::size_t kDropKinds = 11;

// "budget", "age", …, "too-big", …: as D-Bus and `ghostctl status` have it. Words are added, never renamed.
std::string_view to_string(Drop drop);

// What the kernel's table stops at a link's interfaces by design: no packet that somebody waits for is among it.
struct Stopped {
  std::uint64_t noise = 0;    // sent into the demand interface, and deserves no call: multicast, link-local, last words of TCP
  std::uint64_t unasked = 0;  // came in by the call, and nobody here had asked for it
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
