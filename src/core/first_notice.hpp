// SPDX-License-Identifier: GPL-2.0-or-later
// What the first notice of an appearance waits for when the call carries. Without the other family's address it would need a
// second notice. Without the call's name servers it would reach nobody. The timer's service may be about to tell the appearance
// after this one. A call that never becomes complete, and a service that never comes, delay the notice by 3 s at most. The process
// that sends it starts while the modem still dials.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>

#include "core/time.hpp"

namespace ghost::core {

class FirstNotice {
 public:
  enum class Awaits : std::uint8_t {
    nothing,
    call,  // the call's other address or its name servers, and perhaps the next appearance as well
    next,  // only the next appearance
  };

  // After each step of the call, which carries since `since`. True: the notice waits.
  [[nodiscard]] bool waits(Awaits what, Time since, Time now) {
    const auto give_up = after(since, kPatience);
    held_ = what != Awaits::nothing && now < give_up ? std::optional(Held{what, give_up}) : std::nullopt;
    return held_.has_value();
  }
  // The timer's service has told the next appearance. True: the notice has waited for that alone, and waits no longer.
  [[nodiscard]] bool next_told() { return held_ && held_->what == Awaits::next && release(); }
  // True: the notice has waited long enough, and waits no longer.
  [[nodiscard]] bool time_passed(Time now) { return held_ && now >= held_->give_up && release(); }
  [[nodiscard]] std::optional<Time> deadline() const { return held_ ? std::optional(held_->give_up) : std::nullopt; }

  // Whether its process is to stand ready. True: that has changed.
  [[nodiscard]] bool prepare(bool wanted) { return std::exchange(prepared_, wanted) != wanted; }

 private:
  static constexpr Duration kPatience = std::chrono::seconds(3);
  struct Held {
    Awaits what;
    Time give_up;
  };

  bool release() {
    held_.reset();
    return true;
  }

  std::optional<Held> held_;
  bool prepared_ = false;
};

}  // namespace ghost::core
