// SPDX-License-Identifier: GPL-2.0-or-later
// What a receiver believes about where this host is. While a notice is unconfirmed, that is not known: the receiver may have heard it,
// and its answer may be lost. What the receiver knew before counts again only if it has certainly not heard the notice.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "core/notice.hpp"

namespace ghost::core {

// What a notifier's receiver knows.
struct Told {
  std::vector<IpAddress> addresses;  // which it confirmed last; none: what it heard is not known
  std::uint64_t receiver = 0;        // core::receiver(); 0: any
  bool operator==(const Told&) const = default;
};

class Belief {
 public:
  explicit Belief(std::optional<Told> told = {}) : told_(std::move(told)) {}

  // It was told something, or may have been; nullopt: it has been told the end, or never anything.
  [[nodiscard]] const std::optional<Told>& told() const { return told_; }
  // It has confirmed these.
  [[nodiscard]] bool knows(const std::vector<IpAddress>& addresses) const { return told_ && told_->addresses == addresses; }

  // A notice is about to be sent.
  void doubt();
  // An attempt is given up while it is on its way.
  void may_have_heard() { heard_ = true; }
  // An attempt has ended.
  void answered(NoticeResult result);
  // It was the last one of this notice.
  void settle(NoticeResult result, const Notice& notice, std::uint64_t receiver);
  // The receiver is another one now, which knows nothing.
  void forget();

  bool operator==(const Belief&) const = default;

 private:
  std::optional<Told> told_;
  // From doubt() to settle():
  bool heard_ = false;             // perhaps: an attempt of the notice, or of one that it replaces
  std::vector<IpAddress> knew_{};  // before it; still does if nothing was heard
};

}  // namespace ghost::core
