// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/roll_call.hpp"

#include <utility>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

// A running supervisor answers at once. One that systemd must start first may take a while, and the links wait for it.
constexpr Duration kPatience = std::chrono::seconds(20);

}  // namespace

RollCall::Wants RollCall::asked(bool sent, Time now) {
  if (!sent) return listed();
  if (known()) state_ = AskingAgain{after(now, kPatience)};
  else state_ = Asking{after(now, kPatience)};
  return {};
}

RollCall::Wants RollCall::listed() {
  const bool first = !known();
  state_ = Known{};
  return first ? Wants{Want::listen} : Wants{};
}

// The links have given up their calls. If the supervisor still runs some, it lists them again, and ghostd hangs them up.
RollCall::Wants RollCall::lost(bool calls) {
  const bool was_known = known();
  auto wants = listed();
  if (calls || !was_known) wants.insert(wants.begin(), Want::ask);
  return wants;
}

// A late list is still read: a call in it that no link knows costs money.
RollCall::Wants RollCall::time_passed(Time now) {
  const auto due = deadline();
  if (!due || now < *due) return {};
  const bool first = !known();
  auto wants = listed();
  if (first) state_ = AskingAgain{after(now, kPatience)};
  return wants;
}

RollCall::Wants RollCall::seen(bool calls, bool waits) {
  if (calls || !known()) return {};
  Wants wants;
  if (std::exchange(stop_waits_, false)) wants.push_back(Want::left);
  if (!waits && std::holds_alternative<Known>(state_)) wants.push_back(Want::let_go);
  return wants;
}

bool RollCall::stop(bool calls) {
  stop_waits_ = calls || !known();
  return stop_waits_;
}

std::optional<Time> RollCall::deadline() const {
  return std::visit(Overloaded{
                        [](const Asking& asking) { return asking.give_up; },
                        [](const Known&) { return std::optional<Time>(); },
                        [](const AskingAgain& asking) { return std::optional(asking.give_up); },
                    },
                    state_);
}

}  // namespace ghost::core
