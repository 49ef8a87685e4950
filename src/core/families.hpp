// SPDX-License-Identifier: GPL-2.0-or-later
// What a call does for each address family. The link waits for each family of which it has a stable address. If the address does
// not come in time, the link gives the family up, so that programs use the other one at once.
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
  pending,  // the PPP interface has no address of it (yet, or any more): its packets wait
  carried,  // handed over: the kernel carries everything
  given_up  // no address came in time: its packets are refused, so that programs try the other family
};

class Families {
 public:
  // stable: the link's own addresses.
  explicit Families(const std::vector<IpAddress>& stable);

  // The PPP interface has this address, so the call carries its family. Returns what the call did for the family before.
  Carriage carry(const IpAddress& local, Time now);
  // The PPP interface has lost this address. Its family is pending again, because another address may come. False: the interface
  // did not have the address.
  [[nodiscard]] bool lose(const IpAddress& local, Time now);
  // Gives up the families that are still pending, and returns them.
  [[nodiscard]] std::vector<Family> give_up();

  [[nodiscard]] Carriage of(Family f) const { return carriage_[static_cast<std::size_t>(f)]; }
  [[nodiscard]] bool any(Carriage c) const;
  // Of the PPP interface, IPv4 first.
  [[nodiscard]] std::vector<IpAddress> addresses() const;
  // When give_up() is wanted; nullopt: no family is awaited.
  [[nodiscard]] std::optional<Time> deadline() const { return deadline_; }

  bool operator==(const Families&) const = default;

 private:
  Carriage& at(Family f) { return carriage_[static_cast<std::size_t>(f)]; }

  std::array<Carriage, 2> carriage_{};  // by Family
  std::array<std::optional<IpAddress>, 2> local_{};
  std::optional<Time> deadline_;
};

}  // namespace ghost::core
