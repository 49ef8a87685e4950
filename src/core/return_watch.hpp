// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a call has carried something back for long enough, so that it ends a row of failures. Its length alone proves nothing: a
// dead line lasts until its LCP echoes have failed. The source is the kernel's count of packets that came by the call's interface.
// It leaves out LCP and authentication. It costs one question after 30 s, one after 60 s, and then one each
// time that the call's age has doubled. pppd's own count comes only at the end, and does not say when the packets came.
#pragma once
#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace ghost::core {

class ReturnWatch {
 public:
  explicit ReturnWatch(Time since) : since_(since), next_(after(since, kFirst)) {}

  // True: ask for the count now. The next true comes at twice the call's present age, answered or not.
  [[nodiscard]] bool ask(Time now) {
    if (good_ || now < next_) return false;
    next_ = after(now, now - since_);
    return true;
  }
  // packets: all that the far end has sent so far; nullopt: the kernel does not say.
  void answer(Time now, std::optional<std::uint32_t> packets) {
    if (!packets) return;
    if (!first_) first_ = packets;
    if (seen_ && *seen_ != *packets && now - since_ >= kLongEnough) good_ = true;
    seen_ = packets;
  }

  [[nodiscard]] bool good() const { return good_; }
  // Nothing has come back since the first answer.
  [[nodiscard]] bool silent() const { return first_ && first_ == seen_; }
  // When ask() is wanted; nullopt: the call has proved good.
  [[nodiscard]] std::optional<Time> deadline() const { return good_ ? std::nullopt : std::optional(next_); }

  bool operator==(const ReturnWatch&) const = default;

 private:
  static constexpr Duration kFirst = std::chrono::seconds(30);
  static constexpr Duration kLongEnough = std::chrono::seconds(60);

  Time since_, next_;
  std::optional<std::uint32_t> first_, seen_;  // the first count and the last
  bool good_ = false;
};

}  // namespace ghost::core
