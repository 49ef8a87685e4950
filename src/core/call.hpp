// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of one call, from the start of its pppd until pppd's exit. Each state that has a call holds one of these.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "base/address.hpp"
#include "base/ids.hpp"
#include "core/call_news.hpp"
#include "core/time.hpp"

namespace ghost::core {

struct Call {
  CallSerial serial = CallSerial::none;
  std::string trigger{};                               // what asked for it, for people
  std::string peer{};                                  // the peer file; empty: none (Device=), or not known
  std::optional<Time> since{};                         // when it began to carry
  std::array<std::optional<CallAddress>, 2> agreed{};  // by Family: what pppd said
  std::optional<Duration> farewell{};                  // how long its hang-up waits for a good-bye
  bool doubtful = false;                               // the far end has answered none of the questions before the handover
  bool good = false;                                   // it has carried something back for long enough (return_watch.hpp)
  bool adopted = false;                                // an earlier ghostd began it, and may have led traffic into it
  // The kernel's routes may lead into the call, so they must lead back before it ends.
  [[nodiscard]] bool may_carry() const { return adopted || since; }
  bool operator==(const Call&) const = default;
};

}  // namespace ghost::core
