// SPDX-License-Identifier: GPL-2.0-or-later
// Which calls exist, over all links. It decides how long ghostd waits for ghost-supervisor's list, and when ghostd can let
// ghost-supervisor go. It also decides when the program that stops ghostd need not wait any longer. Pure: the edge tells whether
// any link has a call.
//
//   state        is                                                         until
//   Asking       an earlier ghostd's calls are not known; no link calls     they are listed, no supervisor runs, or 20 s
//   Known        all calls are known
//   AskingAgain  a supervisor was lost, or late; ghostd waits for its list  it has listed them, or 20 s
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/time.hpp"

namespace ghost::core {

class RollCall {
 public:
  enum class Want : std::uint8_t {
    ask,     // ask the supervisor for its calls; answered by asked()
    listen,  // give each link a Listed, also each link that comes later
    let_go,  // disconnect; the supervisor exits when it has neither a client nor a call
    left,    // tell the program that stops ghostd that no call exists
  };
  using Wants = std::vector<Want>;

  // ghostd starts.
  [[nodiscard]] Wants begin() const { return {Want::ask}; }
  // sent: the question has reached the supervisor. If not, no supervisor runs, and so no call exists.
  [[nodiscard]] Wants asked(bool sent, Time now);
  // The supervisor has listed all calls.
  [[nodiscard]] Wants listed();
  // The connection to the supervisor broke. calls: a link had a call.
  [[nodiscard]] Wants lost(bool calls);
  // deadline() has come.
  [[nodiscard]] Wants time_passed(Time now);
  // The caller calls it after each turn. calls: a link has a call. waits: a link waits after a failed call, and the supervisor
  // tells when a device returns.
  [[nodiscard]] Wants seen(bool calls, bool waits);
  // The program that is about to stop ghostd asks whether to wait for `left`.
  [[nodiscard]] bool stop(bool calls);

  [[nodiscard]] bool known() const { return !std::holds_alternative<Asking>(state_); }
  [[nodiscard]] std::optional<Time> deadline() const;

 private:
  struct Asking {
    std::optional<Time> give_up;
  };
  struct Known {};
  struct AskingAgain {
    Time give_up;
  };
  std::variant<Asking, Known, AskingAgain> state_;
  bool stop_waits_ = false;
};

}  // namespace ghost::core
