// SPDX-License-Identifier: GPL-2.0-or-later
// What forbids a link to call. Each bar has its reason, and an end or none; a link may call while no bar stands. For a window or a
// budget: a line of Bar, an event that puts it up, and what each who asks for a bar makes of it: the kernel's refusal (SetBlocked),
// LinkMemory, Appearances::see, and in src/ghostd may_call, the standby order and the names.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace ghost::core {

enum class Bar : std::uint8_t {
  block,  // a person's Block, or a failure that only a person can mend; packets are refused by the kernel already
  stop,   // ghostd is about to be stopped
  gone,   // a reload has taken the link out of the configuration
};
inline constexpr std::size_t kBars = 3;

// "block", "stop", "gone": why a call that a bar ends was ended.
[[nodiscard]] std::string_view to_string(Bar bar);

// The link makes no calls, and why. It lasts until a person lifts it: a wrong password tried at each start is paid for each time.
struct Block {
  std::string reason, detail;  // as LinkStatus has them
  bool operator==(const Block&) const = default;
};

class Permission {
 public:
  struct Standing {
    std::string reason, detail;  // as LinkStatus has them
    std::optional<Time> until;   // it ends by itself; nullopt: somebody must lift it
    bool operator==(const Standing&) const = default;
  };

  // The first reason of a bar that is put up again stays; its end becomes the later one. True: it did not stand before.
  bool put_up(Bar bar, Standing standing);
  // True: it stood.
  bool lift(Bar bar);
  // Lifts the bars whose end has come, and returns them.
  std::vector<Bar> pass(Time now);

  [[nodiscard]] bool given() const { return !strongest(); }
  [[nodiscard]] const std::optional<Standing>& standing(Bar bar) const { return bars_[static_cast<std::size_t>(bar)]; }
  // The first of Bar's that stands.
  [[nodiscard]] std::optional<Bar> strongest() const;
  // The next end of a bar.
  [[nodiscard]] std::optional<Time> deadline() const;

  bool operator==(const Permission&) const = default;

 private:
  std::array<std::optional<Standing>, kBars> bars_{};
};

}  // namespace ghost::core
