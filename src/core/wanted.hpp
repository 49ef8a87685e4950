// SPDX-License-Identifier: GPL-2.0-or-later
// What waits for a call apart from packets: the wish of a person or a program, and that of an appearance. Each has its own hold, so
// that an appearance that ends takes only its own back.
#pragma once
#include <algorithm>
#include <optional>
#include <string>

#include "core/time.hpp"

namespace ghost::core {

class Wanted {
 public:
  struct Wish {
    std::string by;  // "connect", "appear"
    Duration hold{};
    bool patient = false;  // it waits for the end of a pause after failures
    bool operator==(const Wish&) const = default;
  };

  // A later wish of the same kind shortens no earlier one, nor makes it patient. lasts: forget_appearance() does not take it back.
  void add(bool lasts, Wish wish) {
    auto& kept = lasts ? asked_ : appearance_;
    if (kept) {
      wish.hold = std::max(wish.hold, kept->hold);
      wish.patient = wish.patient && kept->patient;
    }
    kept = std::move(wish);
  }
  void forget_appearance() { appearance_.reset(); }

  [[nodiscard]] bool any() const { return asked_ || appearance_; }
  // Every wish waits for the end of a pause.
  [[nodiscard]] bool patient() const { return (!asked_ || asked_->patient) && (!appearance_ || appearance_->patient); }
  // The longest; nullopt: nothing is wanted.
  [[nodiscard]] std::optional<Duration> hold() const {
    if (!asked_ || !appearance_)
      return asked_ ? std::optional(asked_->hold) : appearance_ ? std::optional(appearance_->hold) : std::nullopt;
    return std::max(asked_->hold, appearance_->hold);
  }
  // Who wants it, a person before an appearance. Empty: nobody.
  [[nodiscard]] std::string by() const { return asked_ ? asked_->by : appearance_ ? appearance_->by : std::string(); }

  bool operator==(const Wanted&) const = default;

 private:
  std::optional<Wish> asked_, appearance_;
};

}  // namespace ghost::core
