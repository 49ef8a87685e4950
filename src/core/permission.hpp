// SPDX-License-Identifier: GPL-2.0-or-later
// What forbids a link to call. Each bar has a reason, and an end or none. A link may call while no bar stands. To add a bar (a
// window, a budget), add a line to Bar and an event that puts it up. Then decide what each user of the bars makes of it:
//   SetBlocked              whether the kernel refuses packets
//   LinkMemory              whether the next ghostd knows of it
//   Appearances::see        whether an appearance waits for its end
//   LinkMachine             refuses(): whether packets wait for its end; DeadlinePassed: what its end does
//   Announced               whether a link that a reload adds has it, too
//   src/ghostd              may_call (requests), the order of standby links, and the names
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/reason.hpp"
#include "core/time.hpp"

namespace ghost::core {

enum class Bar : std::uint8_t {
  block,  // a person's Block, or a failure that only a person can mend; the kernel refuses packets already
  stop,   // ghostd is about to be stopped
  gone,   // a reload has removed the link from the configuration
  sleep,  // the machine is about to sleep; packets wait
};
inline constexpr std::size_t kBars = 4;

// "block", "stop", "gone", "sleep": the reason of a call's end, if a bar ended it.
[[nodiscard]] std::string_view to_string(Bar bar);

// Why the link makes no calls. The block lasts until a person lifts it, because each try with a wrong password costs a call. A
// reload lifts it if a file that was mended meanwhile could have been at fault.
struct Block {
  std::string reason, detail;           // as LinkStatus has them
  std::optional<CallEnd> failure = {};  // that ghostd itself blocked the link for; nullopt: a person did
  bool operator==(const Block&) const = default;
};

class Permission {
 public:
  struct Standing {
    std::string reason, detail;           // as LinkStatus has them
    std::optional<Time> until;            // the bar ends by itself then; nullopt: only lift() ends it
    std::optional<CallEnd> failure = {};  // as Block has it
    bool operator==(const Standing&) const = default;
  };

  // If the bar stands already, it keeps its reason, and the later end counts. True: it did not stand before.
  bool put_up(Bar bar, Standing standing);
  // True: the bar stood.
  bool lift(Bar bar);
  // Lifts the bars whose end has come, and returns them.
  std::vector<Bar> pass(Time now);

  [[nodiscard]] bool given() const { return !strongest(); }
  [[nodiscard]] const std::optional<Standing>& standing(Bar bar) const { return bars_[static_cast<std::size_t>(bar)]; }
  // The first standing bar, in the order of Bar.
  [[nodiscard]] std::optional<Bar> strongest() const;
  // The next end of a bar.
  [[nodiscard]] std::optional<Time> deadline() const;

  bool operator==(const Permission&) const = default;

 private:
  std::array<std::optional<Standing>, kBars> bars_{};
};

}  // namespace ghost::core
