// SPDX-License-Identifier: GPL-2.0-or-later
// What a call does for each address family. A family that the link has a stable address of is waited for; one whose address does
// not come in time is given up, so that programs use the other one at once.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "core/time.hpp"

namespace ghost::core {

enum class Carriage : std::uint8_t {
  unused,   // the link has no stable address of this family
  pending,  // no address on the PPP interface (yet, or any more): its packets are buffered
  carried,  // handed over: the kernel carries everything
  given_up  // this call does not bring it: its packets are refused, so that programs try the other family
};

class Families {
 public:
  // stable: the link's own addresses.
  explicit Families(const std::vector<IpAddress>& stable);

  // The PPP interface has this address: its family is carried. Returns what the call did for it before.
  Carriage carry(const IpAddress& local, Time now);
  // The PPP interface has lost it; its family is pending again, because it may come back with another. False: it did not have it.
  [[nodiscard]] bool lose(const IpAddress& local, Time now);
  // Those still pending: their time is over.
  [[nodiscard]] std::vector<Family> give_up();

  [[nodiscard]] Carriage of(Family f) const { return carriage_[static_cast<std::size_t>(f)]; }
  [[nodiscard]] bool any(Carriage c) const;
  // Those of the PPP interface, IPv4 first.
  [[nodiscard]] std::vector<IpAddress> addresses() const;
  // When give_up() is wanted; nullopt: none is waited for.
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

  bool operator==(const Families&) const = default;

 private:
  Carriage& at(Family f) { return carriage_[static_cast<std::size_t>(f)]; }

  std::array<Carriage, 2> carriage_{};  // by Family
  std::array<std::optional<IpAddress>, 2> local_{};
  std::optional<Time> deadline_;
};

}  // namespace ghost::core
