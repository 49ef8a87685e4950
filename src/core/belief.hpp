// SPDX-License-Identifier: GPL-2.0-or-later
// What a receiver believes about where this host is. While a notice is unconfirmed, ghostd does not know it: the receiver may
// have heard the notice, and its answer may be lost. Its earlier belief counts again only if it has certainly not heard the
// notice.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "core/notice.hpp"

namespace ghost::core {

// What a notifier's receiver knows.
struct Told {
  std::vector<IpAddress> addresses;  // that it confirmed last; none: ghostd does not know what it heard
  std::uint64_t receiver = 0;        // core::receiver(); 0: any
  bool operator==(const Told&) const = default;
};

class Belief {
 public:
  explicit Belief(std::optional<Told> told = {}) : told_(std::move(told)) {}

  // What the receiver was told, or may have been. nullopt: it was told the end, or never anything.
  [[nodiscard]] const std::optional<Told>& told() const { return told_; }
  // The receiver has confirmed these addresses.
  [[nodiscard]] bool knows(const std::vector<IpAddress>& addresses) const { return told_ && told_->addresses == addresses; }

  // The receiver may have heard the notice that is being sent, or one that it replaces.
  [[nodiscard]] bool may_have_it() const { return heard_; }

  // A notice is about to be sent.
  void doubt();
  // ghostd gives up an attempt that is on its way.
  void may_have_heard() { heard_ = true; }
  // An attempt has ended.
  void answered(NoticeResult result);
  // That was the last attempt of this notice.
  void settle(NoticeResult result, const Notice& notice, std::uint64_t receiver);
  // A reload gave the section another receiver, which knows nothing.
  void forget();

  bool operator==(const Belief&) const = default;

 private:
  std::optional<Told> told_;
  // From doubt() to settle():
  bool heard_ = false;             // the receiver may have heard this notice, or one that it replaces
  std::vector<IpAddress> knew_{};  // what the receiver knew before; it counts again if it heard nothing
};

}  // namespace ghost::core
