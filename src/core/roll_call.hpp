// SPDX-License-Identifier: GPL-2.0-or-later
// Which calls live, over all links: how long ghostd waits to be told, when nobody needs ghost-supervisor, and when whoever stops ghostd
// need not wait any longer. Pure: the edge tells whether any link has a call.
//
//   state        is                                                              until
//   Asking       an earlier ghostd's calls are not known; no link calls          they are listed, nobody can be asked, or 20 s
//   Known        they are
//   AskingAgain  they are; a supervisor that was lost, or late, is heard about what it still runs    it has listed them, or 20 s
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
    ask,     // the supervisor, which calls live; answered by asked()
    listen,  // every link is Listed now, and so is each that comes later
    let_go,  // of the supervisor: without a client and a call it ends by itself
    left,    // whoever stops ghostd is told that no call lives
  };
  using Wants = std::vector<Want>;

  // ghostd starts.
  [[nodiscard]] Wants begin() const { return {Want::ask}; }
  // sent: the supervisor has been asked. If not, it runs nothing.
  [[nodiscard]] Wants asked(bool sent, Time now);
  // It has told of all.
  [[nodiscard]] Wants listed();
  // The connection to it broke. calls: some link had one.
  [[nodiscard]] Wants lost(bool calls);
  // deadline() has come.
  [[nodiscard]] Wants time_passed(Time now);
  // After each turn. calls: some link has one.
  [[nodiscard]] Wants seen(bool calls);
  // Whoever is about to stop ghostd asks whether to wait for `left`.
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
